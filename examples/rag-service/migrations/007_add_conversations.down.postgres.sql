-- The types can go only when no column uses them any longer.
DROP TABLE conversation_messages;
DROP TABLE conversations;
DROP TYPE message_role;
DROP TYPE conversation_status;
