-- What `sqlx::migrate::Migrator` of sqlx 0.9.0 left of the folder beside this file, as sqlite3's `.dump` shows it.
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations VALUES(1,'users','2026-11-21 20:16:03',1,X'a4146d266952b91a8e04014acca747153138e7bf01c56eb6ea36698eb6e23797ec9adb1d848cd58ec32664d2d2d708ce',1352735);
INSERT INTO _sqlx_migrations VALUES(2,'orders','2026-11-21 20:16:03',1,X'a05bddbc3888b4317d2f36bf227140bb479a9f7ed8d67e00f5c5351f0864f8a9037284d9ef1765bf1a33365d312b4b64',5071376);
INSERT INTO _sqlx_migrations VALUES(3,'index orders','2026-11-21 20:16:03',1,X'6314682fc687b0e1cc6f46b6c4738d667524bc23c4e59c1d62dd4e0434863e6bae84c850a519cacc55cd0f6683be8e33',1258445);
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);
CREATE INDEX orders_by_user ON orders (user_id);
