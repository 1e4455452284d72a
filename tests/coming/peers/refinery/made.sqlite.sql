-- What `Runner::run` of refinery-core 0.9.2 left of the folder beside this file, as sqlite3's `.dump` shows it.
CREATE TABLE refinery_schema_history(
             version int4 PRIMARY KEY,
             name VARCHAR(255),
             applied_on VARCHAR(255),
             checksum VARCHAR(255));
INSERT INTO refinery_schema_history VALUES(1,'users','2026-11-21T20:16:05.049228491Z','6429777055128644838');
INSERT INTO refinery_schema_history VALUES(2,'orders','2026-11-21T20:16:05.049228491Z','16543787351290972178');
INSERT INTO refinery_schema_history VALUES(3,'index_orders','2026-11-21T20:16:05.049228491Z','2321010092799982893');
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);
CREATE INDEX orders_by_user ON orders (user_id);
