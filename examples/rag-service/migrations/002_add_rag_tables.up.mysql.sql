-- migcheck: revises = "001"
-- Adds corpora, the documents in them and the chunks that documents are cut into.
-- A chunk's text is searched in Qdrant; qdrant_point_id ties the two together.
CREATE TABLE rag_corpora (
    corpus_id VARCHAR(36) NOT NULL,
    user_id VARCHAR(36) NOT NULL,
    corpus_name VARCHAR(255) NOT NULL,
    collection_name VARCHAR(255) NOT NULL,
    description TEXT,
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    PRIMARY KEY (corpus_id),
    CONSTRAINT uq_rag_corpora_user_id_corpus_name UNIQUE (user_id, corpus_name),
    CONSTRAINT uq_rag_corpora_collection_name UNIQUE (collection_name),
    INDEX ix_rag_corpora_user_id (user_id),
    INDEX ix_rag_corpora_corpus_name (corpus_name),
    INDEX ix_rag_corpora_collection_name (collection_name),
    CONSTRAINT fk_rag_corpora_user_id FOREIGN KEY (user_id) REFERENCES users (user_id) ON DELETE CASCADE
);

CREATE TABLE rag_documents (
    doc_id VARCHAR(36) NOT NULL,
    corpus_id VARCHAR(36) NOT NULL,
    filename VARCHAR(512) NOT NULL,
    file_hash CHAR(64) NOT NULL,
    file_size BIGINT NOT NULL,
    mime_type VARCHAR(127) NOT NULL DEFAULT 'application/octet-stream',
    metadata JSON NOT NULL DEFAULT ('{}'),
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    PRIMARY KEY (doc_id),
    INDEX ix_rag_documents_corpus_id (corpus_id),
    INDEX ix_rag_documents_filename (filename),
    INDEX ix_rag_documents_file_hash (file_hash),
    CONSTRAINT ck_rag_documents_file_size CHECK (file_size >= 0),
    CONSTRAINT fk_rag_documents_corpus_id FOREIGN KEY (corpus_id) REFERENCES rag_corpora (corpus_id) ON DELETE CASCADE
);

CREATE TABLE rag_chunks (
    chunk_id VARCHAR(36) NOT NULL,
    doc_id VARCHAR(36) NOT NULL,
    qdrant_point_id VARCHAR(64) NOT NULL,
    chunk_index INTEGER NOT NULL,
    text_preview TEXT,
    char_count INTEGER NOT NULL DEFAULT 0,
    metadata JSON NOT NULL DEFAULT ('{}'),
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (chunk_id),
    CONSTRAINT uq_rag_chunks_qdrant_point_id UNIQUE (qdrant_point_id),
    INDEX ix_rag_chunks_doc_id (doc_id),
    INDEX ix_rag_chunks_qdrant_point_id (qdrant_point_id),
    INDEX ix_rag_chunks_chunk_index (chunk_index),
    CONSTRAINT fk_rag_chunks_doc_id FOREIGN KEY (doc_id) REFERENCES rag_documents (doc_id) ON DELETE CASCADE
);
