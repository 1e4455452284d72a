-- migcheck: revises = "006"
-- migcheck: labels = ["conversations"]
-- Adds conversations and their messages. A conversation outlives the corpus it was held over, not its user.
CREATE TYPE conversation_status AS ENUM ('open', 'archived');
CREATE TYPE message_role AS ENUM ('user', 'assistant', 'system');

CREATE TABLE conversations (
    conversation_id VARCHAR(36) NOT NULL,
    user_id VARCHAR(36) NOT NULL,
    corpus_id VARCHAR(36),
    title VARCHAR(255) NOT NULL DEFAULT '',
    status conversation_status NOT NULL DEFAULT 'open',
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT pk_conversations PRIMARY KEY (conversation_id),
    CONSTRAINT fk_conversations_user_id FOREIGN KEY (user_id) REFERENCES users (user_id) ON DELETE CASCADE,
    CONSTRAINT fk_conversations_corpus_id FOREIGN KEY (corpus_id) REFERENCES rag_corpora (corpus_id) ON DELETE SET NULL
);

CREATE INDEX ix_conversations_user_id ON conversations (user_id);
CREATE INDEX ix_conversations_corpus_id ON conversations (corpus_id);

CREATE TABLE conversation_messages (
    conversation_id VARCHAR(36) NOT NULL,
    message_no INTEGER NOT NULL,
    role message_role NOT NULL,
    content TEXT NOT NULL,
    citations JSONB NOT NULL DEFAULT '[]',
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT pk_conversation_messages PRIMARY KEY (conversation_id, message_no),
    CONSTRAINT ck_conversation_messages_message_no CHECK (message_no > 0),
    CONSTRAINT fk_conversation_messages_conversation_id FOREIGN KEY (conversation_id)
        REFERENCES conversations (conversation_id) ON DELETE CASCADE
);
