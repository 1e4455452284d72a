-- There were no comments before.
ALTER TABLE feature_flags
    MODIFY COLUMN description VARCHAR(500) NOT NULL DEFAULT '',
    MODIFY COLUMN rollout_percent SMALLINT NOT NULL DEFAULT 0,
    COMMENT = '';
