-- Children first: each table is referred to by the one dropped before it.
DROP TABLE rag_chunks;
DROP TABLE rag_documents;
DROP TABLE rag_corpora;
