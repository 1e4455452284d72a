-- migcheck: revises = "001"
-- Adds corpora, the documents in them and the chunks that documents are cut into.
-- A chunk's text is searched in Qdrant; qdrant_point_id ties the two together.
CREATE TABLE rag_corpora (
    corpus_id VARCHAR(36) NOT NULL,
    user_id VARCHAR(36) NOT NULL,
    corpus_name VARCHAR(255) NOT NULL,
    collection_name VARCHAR(255) NOT NULL,
    description TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT pk_rag_corpora PRIMARY KEY (corpus_id),
    CONSTRAINT uq_rag_corpora_user_id_corpus_name UNIQUE (user_id, corpus_name),
    CONSTRAINT uq_rag_corpora_collection_name UNIQUE (collection_name),
    CONSTRAINT fk_rag_corpora_user_id FOREIGN KEY (user_id) REFERENCES users (user_id) ON DELETE CASCADE
);

CREATE INDEX ix_rag_corpora_user_id ON rag_corpora (user_id);
CREATE INDEX ix_rag_corpora_corpus_name ON rag_corpora (corpus_name);
CREATE INDEX ix_rag_corpora_collection_name ON rag_corpora (collection_name);

CREATE TABLE rag_documents (
    doc_id VARCHAR(36) NOT NULL,
    corpus_id VARCHAR(36) NOT NULL,
    filename VARCHAR(512) NOT NULL,
    file_hash CHAR(64) NOT NULL,
    file_size BIGINT NOT NULL,
    mime_type VARCHAR(127) NOT NULL DEFAULT 'application/octet-stream',
    metadata JSONB NOT NULL DEFAULT '{}',
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT pk_rag_documents PRIMARY KEY (doc_id),
    CONSTRAINT ck_rag_documents_file_size CHECK (file_size >= 0),
    CONSTRAINT fk_rag_documents_corpus_id FOREIGN KEY (corpus_id) REFERENCES rag_corpora (corpus_id) ON DELETE CASCADE
);

CREATE INDEX ix_rag_documents_corpus_id ON rag_documents (corpus_id);
CREATE INDEX ix_rag_documents_filename ON rag_documents (filename);
CREATE INDEX ix_rag_documents_file_hash ON rag_documents (file_hash);

CREATE TABLE rag_chunks (
    chunk_id VARCHAR(36) NOT NULL,
    doc_id VARCHAR(36) NOT NULL,
    qdrant_point_id VARCHAR(64) NOT NULL,
    chunk_index INTEGER NOT NULL,
    text_preview TEXT,
    char_count INTEGER NOT NULL DEFAULT 0,
    metadata JSONB NOT NULL DEFAULT '{}',
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT pk_rag_chunks PRIMARY KEY (chunk_id),
    CONSTRAINT uq_rag_chunks_qdrant_point_id UNIQUE (qdrant_point_id),
    CONSTRAINT fk_rag_chunks_doc_id FOREIGN KEY (doc_id) REFERENCES rag_documents (doc_id) ON DELETE CASCADE
);

CREATE INDEX ix_rag_chunks_doc_id ON rag_chunks (doc_id);
CREATE INDEX ix_rag_chunks_qdrant_point_id ON rag_chunks (qdrant_point_id);
CREATE INDEX ix_rag_chunks_chunk_index ON rag_chunks (chunk_index);
