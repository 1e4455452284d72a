-- What `Runner::run` of refinery-core 0.9.2 left of the folder beside this file, as `pg_dump --inserts` shows it.
CREATE TABLE public.refinery_schema_history (
    version integer NOT NULL,
    name character varying(255),
    applied_on character varying(255),
    checksum character varying(255)
);
ALTER TABLE ONLY public.refinery_schema_history
    ADD CONSTRAINT refinery_schema_history_pkey PRIMARY KEY (version);
INSERT INTO public.refinery_schema_history VALUES (1, 'users', '2026-11-21T20:16:05.183791702Z', '6429777055128644838');
INSERT INTO public.refinery_schema_history VALUES (2, 'orders', '2026-11-21T20:16:05.183791702Z', '16543787351290972178');
INSERT INTO public.refinery_schema_history VALUES (3, 'index_orders', '2026-11-21T20:16:05.183791702Z', '2321010092799982893');
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL);
CREATE INDEX orders_by_user ON orders (user_id);
