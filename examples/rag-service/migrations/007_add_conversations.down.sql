-- Messages first: they refer to their conversation.
DROP TABLE conversation_messages;
DROP TABLE conversations;
