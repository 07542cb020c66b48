-- Acknowledgements that senders are to get as messages of their own (HL7 v2 enhanced mode). A row goes in the transaction
-- in which the message's outcome is stored: then its acknowledgement is a delivery, or is not wanted.
create table owed (
    message integer primary key,
    destination integer not null,       -- that the acknowledgement goes to
    lanes blob not null,                -- MACs of 16 bytes each
    x blob not null                     -- condition, and what is needed of the message to write it
) strict;
