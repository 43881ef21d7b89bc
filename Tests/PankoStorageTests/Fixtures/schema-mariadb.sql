CREATE TABLE `event_type` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `desc` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `desc` (`desc`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;
CREATE TABLE `event` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `message_id` varchar(50) DEFAULT NULL,
  `generated` decimal(20,6) DEFAULT NULL,
  `raw` text DEFAULT NULL,
  `event_type_id` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `message_id` (`message_id`),
  KEY `ix_event_type_id` (`event_type_id`),
  KEY `ix_event_message_id` (`message_id`),
  KEY `ix_event_generated` (`generated`),
  CONSTRAINT `event_ibfk_1` FOREIGN KEY (`event_type_id`) REFERENCES `event_type` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;
CREATE TABLE `trait_text` (
  `event_id` int(11) NOT NULL,
  `key` varchar(255) NOT NULL,
  `value` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`event_id`,`key`),
  KEY `ix_trait_text_event_id_key` (`event_id`,`key`),
  CONSTRAINT `trait_text_ibfk_1` FOREIGN KEY (`event_id`) REFERENCES `event` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;
CREATE TABLE `trait_int` (
  `event_id` int(11) NOT NULL,
  `key` varchar(255) NOT NULL,
  `value` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`event_id`,`key`),
  KEY `ix_trait_int_event_id_key` (`event_id`,`key`),
  CONSTRAINT `trait_int_ibfk_1` FOREIGN KEY (`event_id`) REFERENCES `event` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;
CREATE TABLE `trait_float` (
  `event_id` int(11) NOT NULL,
  `key` varchar(255) NOT NULL,
  `value` double DEFAULT NULL,
  PRIMARY KEY (`event_id`,`key`),
  KEY `ix_trait_float_event_id_key` (`event_id`,`key`),
  CONSTRAINT `trait_float_ibfk_1` FOREIGN KEY (`event_id`) REFERENCES `event` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;
CREATE TABLE `trait_datetime` (
  `event_id` int(11) NOT NULL,
  `key` varchar(255) NOT NULL,
  `value` decimal(20,6) DEFAULT NULL,
  PRIMARY KEY (`event_id`,`key`),
  KEY `ix_trait_datetime_event_id_key` (`event_id`,`key`),
  CONSTRAINT `trait_datetime_ibfk_1` FOREIGN KEY (`event_id`) REFERENCES `event` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;
