BEGIN TRANSACTION;
CREATE TABLE assessments (
	"row" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	session_id VARCHAR(200) NOT NULL, 
	question_id VARCHAR(200) NOT NULL, 
	turn INTEGER NOT NULL, 
	outcome VARCHAR(20) NOT NULL, 
	body TEXT NOT NULL, 
	FOREIGN KEY(session_id) REFERENCES sessions (id)
);
INSERT INTO "assessments" VALUES(1,'older','prefill-decode',1,'assessed','{"question_id":"prefill-decode","turn":1,"turn_kind":"answer","verdicts":[{"key_point_id":"k1","status":"covered","reason":"","quote":"逐个生成","span":null,"after_hint":false,"note":""}],"misconceptions":[],"provenance":{"thinking":"offline","grader_version":"1","at":"2026-11-20T09:30:00Z","bank_hash":"b1","key_points_hash":"k","prompt_id":"","prompt_version":"","prompt_sha256":"","model":"","temperature":null,"seed":null,"max_tokens":null,"prompt_tokens":0,"completion_tokens":0,"latency_s":0.0,"repairs":0},"outcome":"assessed"}');
CREATE TABLE events (
	"row" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	session_id VARCHAR(200) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	body TEXT NOT NULL, 
	FOREIGN KEY(session_id) REFERENCES sessions (id)
);
INSERT INTO "events" VALUES(1,'older','paused','2026-11-20T09:30:00.000000+00:00','{"session_id":"older","at":"2026-11-20T09:30:00Z","kind":"paused","turn":null,"detail":""}');
CREATE TABLE grades (
	"row" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	session_id VARCHAR(200) NOT NULL, 
	question_id VARCHAR(200) NOT NULL, 
	body TEXT NOT NULL, 
	FOREIGN KEY(session_id) REFERENCES sessions (id)
);
INSERT INTO "grades" VALUES(1,'older','prefill-decode','{"question_id":"prefill-decode","coverage":0.25,"score":60.0,"level":"fair","depth":"fair","reviewed":false}');
CREATE TABLE messages (
	session_id VARCHAR(200) NOT NULL, 
	turn INTEGER NOT NULL, 
	role VARCHAR(20) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	question_id VARCHAR(200), 
	at VARCHAR(40) NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (session_id, turn), 
	FOREIGN KEY(session_id) REFERENCES sessions (id)
);
INSERT INTO "messages" VALUES('older',0,'interviewer','question','prefill-decode','2026-11-20T09:30:00.000000+00:00','{"session_id":"older","turn":0,"role":"interviewer","kind":"question","text":"prefill 和 decode 各做什么？","at":"2026-11-20T09:30:00Z","question_id":"prefill-decode","key_point_id":null,"reason":"headline question"}');
INSERT INTO "messages" VALUES('older',1,'candidate','answer','prefill-decode','2026-11-20T09:30:00.000000+00:00','{"session_id":"older","turn":1,"role":"candidate","kind":"answer","text":"prefill 处理整个提示，''decode'' 逐个生成。","at":"2026-11-20T09:30:00Z","question_id":"prefill-decode","key_point_id":null,"reason":""}');
CREATE TABLE migrations (
	version INTEGER NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "migrations" VALUES(1,'2026-11-20T09:00:00.000000+00:00');
CREATE TABLE reviews (
	"row" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	session_id VARCHAR(200) NOT NULL, 
	question_id VARCHAR(200) NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	body TEXT NOT NULL, 
	FOREIGN KEY(session_id) REFERENCES sessions (id)
);
INSERT INTO "reviews" VALUES(1,'older','prefill-decode','2026-11-20T09:30:00.000000+00:00','{"session_id":"older","question_id":"prefill-decode","reviewer":"Li","reason":"said more aloud","at":"2026-11-20T09:30:00Z","score":70.0,"statuses":{}}');
CREATE TABLE sessions (
	id VARCHAR(200) NOT NULL, 
	created_at VARCHAR(40) NOT NULL, 
	bank_id VARCHAR(200) NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "sessions" VALUES('older','2026-11-20T09:30:00.000000+00:00','llm-inference','{"id":"older","created_at":"2026-11-20T09:30:00Z","bank_id":"llm-inference","bank_hash":"b1","language":"zh","mode":"practice","thinking":"offline","seed":7,"minutes":30.0,"chapters":["ch1"],"plan":{"quotas":[{"chapter_id":"ch1","questions":2,"minutes":30.0}],"seconds_per_question":900.0},"candidate":"陈","usage":{}}');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('events',1);
INSERT INTO "sqlite_sequence" VALUES('assessments',1);
INSERT INTO "sqlite_sequence" VALUES('grades',1);
INSERT INTO "sqlite_sequence" VALUES('reviews',1);
COMMIT;
