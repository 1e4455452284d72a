use super::*;
use crate::snapshot::Snapshot;

fn sql(statement: &str) -> String {
    let collations = [
        ("utf8mb4", "utf8mb4_0900_ai_ci"),
        ("latin1", "latin1_swedish_ci"),
    ];
    let collations = collations.map(|(a, b)| (a.to_owned(), b.to_owned()));
    let objects = parse("t", statement, &collations.into());
    Snapshot::new(Dialect::MySql, objects).to_sql()
}

#[test]
fn every_clause_of_mysql() {
    let statement = "CREATE TABLE `t` (
  `id` int NOT NULL AUTO_INCREMENT,
  `c1` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'it''s',
  `c2` varchar(10) CHARACTER SET latin1 DEFAULT NULL,
  `c3` text /*!50606 COLUMN_FORMAT FIXED */,
  `c5` timestamp NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3) COMMENT 'a\\nb',
  `c6` enum('A,b','c'')d') CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci DEFAULT NULL,
  `g` int GENERATED ALWAYS AS ((`u` * 2)) STORED NOT NULL,
  `h` int GENERATED ALWAYS AS (length(`c1`)) VIRTUAL /*!80023 INVISIBLE */,
  `p` point NOT NULL /*!80003 SRID 4326 */,
  `u` int unsigned,
  `order` varchar(20) DEFAULT (concat(_utf8mb4'a',_utf8mb4') b')),
  PRIMARY KEY (`id`),
  UNIQUE KEY `uu` (`u`) USING BTREE COMMENT 'k''x' /*!80000 INVISIBLE */,
  KEY `c1` (`c1`(5) DESC,`order`),
  KEY `f` ((lower(`c1`)),(concat(`c1`,_utf8mb4',')) DESC) KEY_BLOCK_SIZE=4,
  SPATIAL KEY `sp` (`p`),
  FULLTEXT KEY `ft` (`c3`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `fk` FOREIGN KEY (`u`,`order`) REFERENCES `other`.`o o` (`id`,`b`) ON DELETE SET NULL ON UPDATE RESTRICT,
  CONSTRAINT `t_ibfk_1` FOREIGN KEY (`u`) REFERENCES `o` (`id`) ON DELETE CASCADE,
  CONSTRAINT `t_chk_1` CHECK (((`u` > 0) and (`c1` <> _utf8mb4'it\\'s'))),
  CONSTRAINT `nn` CHECK ((`id` > 0)) /*!80016 NOT ENFORCED */
) /*!50100 TABLESPACE `ts` */ ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 STATS_PERSISTENT=1 COMMENT='it''s'
/*!50100 PARTITION BY RANGE (`id`)
SUBPARTITION BY HASH (to_days(`b`))
SUBPARTITIONS 2
(PARTITION p0 VALUES LESS THAN (10) COMMENT = 'x' ENGINE = InnoDB,
 PARTITION p1 VALUES LESS THAN MAXVALUE
 (SUBPARTITION s0 ENGINE = InnoDB,
  SUBPARTITION s1 ENGINE = InnoDB)) */";
    insta::assert_snapshot!(sql(statement), @r"
    CREATE TABLE t (
      id int NOT NULL AUTO_INCREMENT,
      c1 varchar(10) COLLATE utf8mb4_bin NOT NULL DEFAULT 'it''s',
      c2 varchar(10) COLLATE latin1_swedish_ci,
      c3 text COLUMN_FORMAT FIXED,
      c5 timestamp DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3) COMMENT 'a
      b',
      c6 enum('A,b','c'')d'),
      g int NOT NULL GENERATED ALWAYS AS (`u` * 2) STORED,
      h int GENERATED ALWAYS AS (length(`c1`)) VIRTUAL INVISIBLE,
      p point NOT NULL SRID 4326,
      u int unsigned,
      `order` varchar(20) DEFAULT (concat(_utf8mb4'a',_utf8mb4') b')),
      PRIMARY KEY (id),
      CHECK ((`u` > 0) and (`c1` <> _utf8mb4'it\'s')),
      CONSTRAINT nn CHECK (`id` > 0) NOT ENFORCED,
      FOREIGN KEY (u) REFERENCES o (id) ON DELETE CASCADE,
      CONSTRAINT fk FOREIGN KEY (u, `order`) REFERENCES other.`o o` (id, b) ON DELETE SET NULL
    ) COLLATE utf8mb4_0900_ai_ci PARTITION BY RANGE (`id`) SUBPARTITION BY HASH (to_days(`b`)) SUBPARTITIONS 2 TABLESPACE `ts` ENGINE=InnoDB STATS_PERSISTENT=1 (PARTITION p0 VALUES LESS THAN (10) COMMENT = 'x', PARTITION p1 VALUES LESS THAN MAXVALUE (SUBPARTITION s0, SUBPARTITION s1)) COMMENT 'it''s';
    ALTER TABLE t ALTER u DROP DEFAULT;
    CREATE INDEX c1 ON t (c1(5) DESC, `order`);
    CREATE INDEX f ON t ((lower(`c1`)), (concat(`c1`,_utf8mb4',')) DESC) KEY_BLOCK_SIZE=4;
    CREATE FULLTEXT INDEX ft ON t (c3) WITH PARSER `ngram`;
    CREATE SPATIAL INDEX sp ON t (p);
    CREATE UNIQUE INDEX uu ON t (u) INVISIBLE COMMENT 'k''x';
    ");
}

#[test]
fn every_clause_of_mariadb() {
    let statement = "CREATE TABLE `t` (
  `x` int(11) DEFAULT NULL CHECK (`x` > 0),
  `y` int(11) INVISIBLE DEFAULT NULL,
  `z` varchar(100) /*M!100301 COMPRESSED*/ DEFAULT NULL `OPT`='1',
  `n` text,
  `u` uuid DEFAULT uuid(),
  `d` datetime DEFAULT (current_timestamp() + interval 1 day) ON UPDATE current_timestamp(),
  `s` int(11) DEFAULT NULL WITHOUT SYSTEM VERSIONING,
  `rs` timestamp(6) GENERATED ALWAYS AS ROW START,
  `v` int(11) GENERATED ALWAYS AS (`x` + 1) VIRTUAL COMMENT 'c',
  PERIOD FOR SYSTEM_TIME (`rs`, `re`),
  PERIOD FOR `pp` (`d1`, `d2`),
  UNIQUE KEY `id` (`id`,`pp` WITHOUT OVERLAPS),
  UNIQUE KEY `n` (`n`) USING HASH,
  KEY `x` (`x`) IGNORED,
  CONSTRAINT `CONSTRAINT_1` CHECK (`x` > 0 and `z` <> 'it\\'s')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci `PAGE_COMPRESSED`='1' WITH SYSTEM VERSIONING
 PARTITION BY SYSTEM_TIME INTERVAL 7 DAY STARTS TIMESTAMP'2026-11-21 00:00:00'
(PARTITION `p0` HISTORY ENGINE = InnoDB,
 PARTITION `pn` CURRENT ENGINE = InnoDB)";
    insta::assert_snapshot!(sql(statement), @r"
    CREATE TABLE t (
      x int(11),
      y int(11) INVISIBLE,
      z varchar(100) COMPRESSED `OPT`='1',
      n text,
      u uuid DEFAULT uuid(),
      d datetime DEFAULT (current_timestamp() + interval 1 day) ON UPDATE current_timestamp(),
      s int(11) WITHOUT SYSTEM VERSIONING,
      rs timestamp(6) GENERATED ALWAYS AS ROW START,
      v int(11) GENERATED ALWAYS AS (`x` + 1) VIRTUAL COMMENT 'c',
      CHECK (`x` > 0 and `z` <> 'it\'s'),
      -- of the column x
      CHECK (`x` > 0)
    ) COLLATE utf8mb4_general_ci PARTITION BY SYSTEM_TIME INTERVAL 7 DAY ENGINE=InnoDB `PAGE_COMPRESSED`='1' WITH SYSTEM VERSIONING (PARTITION `p0` HISTORY, PARTITION `pn` CURRENT);
    ALTER TABLE t ADD PERIOD FOR SYSTEM_TIME (`rs`, `re`);
    ALTER TABLE t ADD PERIOD FOR `pp` (`d1`, `d2`);
    CREATE UNIQUE INDEX id ON t (id, pp WITHOUT OVERLAPS);
    CREATE UNIQUE INDEX n ON t (n) USING HASH;
    CREATE INDEX x ON t (x) IGNORED;
    ");
}

#[test]
fn what_is_not_understood_is_left_whole() {
    let statement = "CREATE TABLE `t` (\n  FROBNICATE `a`\n) ENGINE=InnoDB AUTO_INCREMENT=7";
    insta::assert_snapshot!(sql(statement), @r"
    CREATE TABLE `t` (
      FROBNICATE `a`
    ) ENGINE=InnoDB;
    ");
    for (end, _) in statement.char_indices() {
        sql(&statement[..end]);
    }
}
