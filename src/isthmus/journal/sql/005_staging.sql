-- Bodies that are being stored ahead of their message. Empty while no large file comes in; what a crash leaves here is
-- thrown away, with its rows of `body`, when the journal is opened next.
create table staging (
    body integer primary key,           -- the first row in `body`
    rows integer not null
) strict;
