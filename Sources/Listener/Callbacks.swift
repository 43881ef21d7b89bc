import CMicroHTTPD
import Glibc
import Logging

// The C callbacks recover the Swift object from the pointer C kept, and do nothing else.

let callbacks = annals_callbacks(
    connected: { listener, handle in
        guard let listener, let handle else { return nil }
        let reception = Unmanaged<Reception>.fromOpaque(listener).takeUnretainedValue()
        let connection = ClientConnection(handle, reception: reception)
        reception.connections.insert(connection)
        return Unmanaged.passRetained(connection).toOpaque()
    },
    disconnected: { connection in
        guard let connection else { return }
        let closed = Unmanaged<ClientConnection>.fromOpaque(connection).takeRetainedValue()
        closed.forgetSocket()
        closed.reception.connections.remove(closed)
    },
    began: { connection, handle, target, length in
        guard let connection, let handle, let target else { return nil }
        let client = Unmanaged<ClientConnection>.fromOpaque(connection).takeUnretainedValue()
        let exchange = Exchange(
            RequestTarget(UnsafeRawBufferPointer(start: target, count: length)), on: client,
            handle: handle)
        client.begin(exchange)
        return Unmanaged.passRetained(exchange).toOpaque()
    },
    advanced: { exchange, method, version, targetRoom, data, size in
        guard let exchange, let method, let version else { return 0 }
        let line = RequestLine(
            method: String(cString: method), version: String(cString: version),
            targetRoom: targetRoom, start: method, end: version + strlen(version))
        let isWelcome = Unmanaged<Exchange>.fromOpaque(exchange).takeUnretainedValue()
            .advance(line, piece: UnsafeRawBufferPointer(start: data, count: size))
        return isWelcome ? 1 : 0
    },
    completed: { exchange in
        guard let exchange else { return }
        Unmanaged<Exchange>.fromOpaque(exchange).takeRetainedValue().complete()
    },
    logged: { listener, message in
        guard let listener, let message else { return }
        let reception = Unmanaged<Reception>.fromOpaque(listener).takeUnretainedValue()
        let text = String(cString: message)
        reception.logger.debug("\(text.trimmedEnd)", metadata: ["source": "libmicrohttpd"])
    }
)

extension String {
    fileprivate var trimmedEnd: Substring {
        self[...].last?.isNewline == true ? dropLast() : self[...]
    }
}
