CREATE TABLE deals (id bigserial PRIMARY KEY);
CREATE TABLE "Tag" ("Id" serial PRIMARY KEY, rank smallserial);
