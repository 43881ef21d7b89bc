"""Checks what the formatter does not: sizes of files and functions, and words that may not stand.

Prints each finding as path:line: sentence, and exits with 1 if there is one.
"""

import pathlib
import re
import sys

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
ROOMS = ("Sources", "Tests", "Benchmarks")
FORBIDDEN = (
    (re.compile(r"\btry!"), "try! ends the process on an error; translate the error"),
    (re.compile(r"\bfatalError\b"), "fatalError ends the process; throw"),
    (re.compile(r"\bTO" r"DO\b|\bFIX" r"ME\b|\bXX" r"X\b"), "unfinished work belongs in an issue"),
    (re.compile(r"^\s*(public|open)\s"), "package is the widest access here"),
    (re.compile(r"\bas!\s"), "as! ends the process; use as? and an error"),
)
UNCHECKED = re.compile(r"@unchecked Sendable|nonisolated\(unsafe\)")
FUNCTION = re.compile(r"^(\s*)(?:[@\w()]+\s+)*(?:func\s|init[?(<]|deinit\b|subscript[(<])")


def swift_files(root):
    for room in ROOMS:
        folder = root / room
        if folder.is_dir():
            yield from (
                path for path in sorted(folder.rglob("*.swift")) if ".build" not in path.parts
            )


def findings(path, lines):
    if len(lines) > LONGEST_FILE:
        yield 1, f"the file has {len(lines)} lines, more than {LONGEST_FILE}: it holds two ideas"
    for number, line in enumerate(lines, 1):
        code = line.split("//")[0]
        for pattern, sentence in FORBIDDEN:
            if pattern.search(code if "unfinished" not in sentence else line):
                yield number, sentence
        if UNCHECKED.search(code) and not explained(lines, number):
            yield number, "say in a comment on the line before what guards this"
    yield from long_functions(lines)


def explained(lines, number):
    """A comment on the same line or above the declaration, attributes aside."""
    for line in reversed(lines[: number - 1]):
        text = line.strip()
        if text.startswith("//"):
            return True
        if not text.startswith("@"):
            break
    return "//" in lines[number - 1]


def has_body(lines, start):
    """A requirement of a protocol has none, and a body on one line has no length."""
    for line in lines[start:]:
        text = line.strip()
        if text.endswith("{"):
            return True
        if not text or text.endswith("}") or text.startswith("//"):
            return False
    return False


def long_functions(lines):
    """A function ends at the first brace that stands where its own line begins."""
    for start, line in enumerate(lines):
        match = FUNCTION.match(line)
        if not match or not has_body(lines, start):
            continue
        for end in range(start + 1, len(lines)):
            if lines[end].startswith(match.group(1) + "}"):
                length = end - start + 1
                if length > LONGEST_FUNCTION:
                    yield start + 1, f"the function has {length} lines, more than {LONGEST_FUNCTION}"
                break


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    found = 0
    for path in swift_files(root):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, sentence in findings(path, lines):
            print(f"{path.relative_to(root)}:{number}: {sentence}")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
