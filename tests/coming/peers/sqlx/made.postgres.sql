-- What `sqlx::migrate::Migrator` of sqlx 0.9.0 left of the folder beside this file, as `pg_dump --inserts` shows it.
CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);
ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
INSERT INTO public._sqlx_migrations VALUES (1, 'users', '2026-11-21 20:16:04.149039+00', true, '\xa4146d266952b91a8e04014acca747153138e7bf01c56eb6ea36698eb6e23797ec9adb1d848cd58ec32664d2d2d708ce', 3031777);
INSERT INTO public._sqlx_migrations VALUES (2, 'orders', '2026-11-21 20:16:04.149039+00', true, '\xa05bddbc3888b4317d2f36bf227140bb479a9f7ed8d67e00f5c5351f0864f8a9037284d9ef1765bf1a33365d312b4b64', 2058627);
INSERT INTO public._sqlx_migrations VALUES (3, 'index orders', '2026-11-21 20:16:04.149039+00', true, '\x6314682fc687b0e1cc6f46b6c4738d667524bc23c4e59c1d62dd4e0434863e6bae84c850a519cacc55cd0f6683be8e33', 1701125);
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);
CREATE INDEX orders_by_user ON orders (user_id);
