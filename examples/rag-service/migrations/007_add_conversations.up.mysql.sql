-- migcheck: revises = "006"
-- migcheck: labels = ["conversations"]
-- Adds conversations and their messages. A conversation outlives the corpus it was held over, not its user.
CREATE TABLE conversations (
    conversation_id VARCHAR(36) NOT NULL,
    user_id VARCHAR(36) NOT NULL,
    corpus_id VARCHAR(36),
    title VARCHAR(255) NOT NULL DEFAULT '',
    status ENUM ('open', 'archived') NOT NULL DEFAULT 'open',
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (conversation_id),
    INDEX ix_conversations_user_id (user_id),
    INDEX ix_conversations_corpus_id (corpus_id),
    CONSTRAINT fk_conversations_user_id FOREIGN KEY (user_id) REFERENCES users (user_id) ON DELETE CASCADE,
    CONSTRAINT fk_conversations_corpus_id FOREIGN KEY (corpus_id) REFERENCES rag_corpora (corpus_id) ON DELETE SET NULL
);

CREATE TABLE conversation_messages (
    conversation_id VARCHAR(36) NOT NULL,
    message_no INTEGER NOT NULL,
    role ENUM ('user', 'assistant', 'system') NOT NULL,
    content TEXT NOT NULL,
    citations JSON NOT NULL DEFAULT ('[]'),
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (conversation_id, message_no),
    CONSTRAINT ck_conversation_messages_message_no CHECK (message_no > 0),
    CONSTRAINT fk_conversation_messages_conversation_id FOREIGN KEY (conversation_id)
        REFERENCES conversations (conversation_id) ON DELETE CASCADE
);
