-- What `run_pending_migrations` of diesel_migrations 2.3.2 left of the folder beside this file, as `pg_dump --inserts` shows it.
CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);
ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);
INSERT INTO public.__diesel_schema_migrations VALUES ('20240101000000', '2026-11-21 20:16:04.730539');
INSERT INTO public.__diesel_schema_migrations VALUES ('20240102000000', '2026-11-21 20:16:04.730539');
INSERT INTO public.__diesel_schema_migrations VALUES ('20240103000000', '2026-11-21 20:16:04.730539');
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);
CREATE INDEX orders_by_user ON orders (user_id);
