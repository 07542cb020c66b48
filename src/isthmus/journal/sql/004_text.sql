-- What a version that a decision recorded stands for: the very source files and tables, by the hash of their content.
create table text (
    id integer primary key,
    version text not null unique,       -- the first 12 hex digits of the SHA-256 of the content
    kind text not null,                 -- source, table: a file; sources, tables: a list of NAME@VERSION
    name text not null,                 -- the file, relative to the hub's folder; of a list: what it is of
    size integer not null,
    since_ns integer not null,          -- live since
    until_ns integer not null,          -- live until; 0: it is live
    x blob not null                     -- the content, compressed
) strict;
