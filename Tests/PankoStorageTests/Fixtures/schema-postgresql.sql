CREATE TABLE public.event (
    id integer NOT NULL,
    message_id character varying(50),
    generated timestamp without time zone,
    raw text,
    event_type_id integer
);
CREATE SEQUENCE public.event_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.event_id_seq OWNED BY public.event.id;
CREATE TABLE public.event_type (
    id integer NOT NULL,
    "desc" character varying(255)
);
CREATE SEQUENCE public.event_type_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.event_type_id_seq OWNED BY public.event_type.id;
CREATE TABLE public.trait_datetime (
    event_id integer NOT NULL,
    key character varying(255) NOT NULL,
    value timestamp without time zone
);
CREATE TABLE public.trait_float (
    event_id integer NOT NULL,
    key character varying(255) NOT NULL,
    value double precision
);
CREATE TABLE public.trait_int (
    event_id integer NOT NULL,
    key character varying(255) NOT NULL,
    value bigint
);
CREATE TABLE public.trait_text (
    event_id integer NOT NULL,
    key character varying(255) NOT NULL,
    value character varying(255)
);
ALTER TABLE ONLY public.event ALTER COLUMN id SET DEFAULT nextval('public.event_id_seq'::regclass);
ALTER TABLE ONLY public.event_type ALTER COLUMN id SET DEFAULT nextval('public.event_type_id_seq'::regclass);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_message_id_key UNIQUE (message_id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event_type
    ADD CONSTRAINT event_type_desc_key UNIQUE ("desc");
ALTER TABLE ONLY public.event_type
    ADD CONSTRAINT event_type_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.trait_datetime
    ADD CONSTRAINT trait_datetime_pkey PRIMARY KEY (event_id, key);
ALTER TABLE ONLY public.trait_float
    ADD CONSTRAINT trait_float_pkey PRIMARY KEY (event_id, key);
ALTER TABLE ONLY public.trait_int
    ADD CONSTRAINT trait_int_pkey PRIMARY KEY (event_id, key);
ALTER TABLE ONLY public.trait_text
    ADD CONSTRAINT trait_text_pkey PRIMARY KEY (event_id, key);
CREATE INDEX ix_event_generated ON public.event USING btree (generated);
CREATE INDEX ix_event_message_id ON public.event USING btree (message_id);
CREATE INDEX ix_event_type_id ON public.event USING btree (event_type_id);
CREATE INDEX ix_trait_datetime_event_id_key ON public.trait_datetime USING btree (event_id, key);
CREATE INDEX ix_trait_float_event_id_key ON public.trait_float USING btree (event_id, key);
CREATE INDEX ix_trait_int_event_id_key ON public.trait_int USING btree (event_id, key);
CREATE INDEX ix_trait_text_event_id_key ON public.trait_text USING btree (event_id, key);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_event_type_id_fkey FOREIGN KEY (event_type_id) REFERENCES public.event_type(id);
ALTER TABLE ONLY public.trait_datetime
    ADD CONSTRAINT trait_datetime_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.event(id);
ALTER TABLE ONLY public.trait_float
    ADD CONSTRAINT trait_float_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.event(id);
ALTER TABLE ONLY public.trait_int
    ADD CONSTRAINT trait_int_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.event(id);
ALTER TABLE ONLY public.trait_text
    ADD CONSTRAINT trait_text_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.event(id);
