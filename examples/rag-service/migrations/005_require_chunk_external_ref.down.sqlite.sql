-- Lets chunks be without a reference again, by the same way of a new table.
CREATE TABLE rag_chunks_new (
    chunk_id VARCHAR(36) NOT NULL,
    doc_id VARCHAR(36) NOT NULL,
    qdrant_point_id VARCHAR(64) NOT NULL,
    chunk_index INTEGER NOT NULL,
    text_preview TEXT,
    char_count INTEGER NOT NULL DEFAULT 0,
    metadata TEXT NOT NULL DEFAULT '{}',
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    external_ref VARCHAR(64),
    CONSTRAINT pk_rag_chunks PRIMARY KEY (chunk_id),
    CONSTRAINT uq_rag_chunks_qdrant_point_id UNIQUE (qdrant_point_id),
    CONSTRAINT ck_rag_chunks_metadata CHECK (json_valid(metadata)),
    CONSTRAINT fk_rag_chunks_doc_id FOREIGN KEY (doc_id) REFERENCES rag_documents (doc_id) ON DELETE CASCADE
);

INSERT INTO rag_chunks_new (
    chunk_id, doc_id, qdrant_point_id, chunk_index, text_preview, char_count, metadata, created_at, external_ref
)
SELECT
    chunk_id, doc_id, qdrant_point_id, chunk_index, text_preview, char_count, metadata, created_at, external_ref
FROM rag_chunks;

DROP TABLE rag_chunks;
ALTER TABLE rag_chunks_new RENAME TO rag_chunks;

CREATE INDEX ix_rag_chunks_doc_id ON rag_chunks (doc_id);
CREATE INDEX ix_rag_chunks_qdrant_point_id ON rag_chunks (qdrant_point_id);
CREATE INDEX ix_rag_chunks_chunk_index ON rag_chunks (chunk_index);
