-- The first schema, as it was shipped, with rows in it. Never changed: every later schema is reached from it, too.
CREATE TABLE inkling_schema (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT inkling_schema_pkc PRIMARY KEY (version_num)
);
CREATE TABLE counter (
	id INTEGER NOT NULL,
	revision BIGINT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT one_row CHECK (id = 1)
);
CREATE TABLE corrections (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	revision BIGINT NOT NULL,
	profile TEXT NOT NULL,
	symbol TEXT NOT NULL,
	read TEXT,
	probability FLOAT,
	alphabet TEXT NOT NULL,
	model TEXT NOT NULL,
	created_at DATETIME NOT NULL,
	deleted_at DATETIME
);
CREATE INDEX corrections_by_revision ON corrections (revision);
CREATE INDEX corrections_by_profile ON corrections (profile, symbol);
CREATE INDEX corrections_deleted ON corrections (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE TABLE inks (
	correction_id INTEGER NOT NULL,
	glyph BLOB NOT NULL,
	features BLOB NOT NULL,
	features_model TEXT NOT NULL,
	pen_width FLOAT,
	strokes BLOB,
	picture BLOB,
	PRIMARY KEY (correction_id),
	FOREIGN KEY(correction_id) REFERENCES corrections (id)
);
INSERT INTO inkling_schema VALUES ('0001');
INSERT INTO counter VALUES (1, 3);
INSERT INTO corrections VALUES
	(1, 1, 'everybody', '7', '1', 0.75, 'digits', '0.1.0', '2026-05-01 12:00:00.123456', NULL),
	(2, 3, 'ada', 'θ', NULL, NULL, 'taught', '0.1.0', '2026-05-02 12:00:00.000000', '2026-05-03 12:00:00.000000'),
	(4, 2, 'ada', 'tick', 'v', 0.5, 'letters', '0.1.0', '2026-05-02 12:00:01.000000', NULL);
-- one stroke, (1, 2), (3, 4.5); features 1, 0
INSERT INTO inks VALUES
	(1, zeroblob(784), x'0000803F00000000', '0.1.0', 3.5, x'01789C636460606002611606286870609860EFE0E000000BD40259', NULL),
	(4, zeroblob(784), x'0000803F00000000', '0.1.0', NULL, NULL, x'89504E47');
