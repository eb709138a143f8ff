-- Scans that accepted facts name (S35): in which case, and whether the hall has said that all of it has come. The bytes
-- are files beside the database.

create table scan (
  sha256 text not null,
  case_id text not null,
  size integer not null,
  came integer not null,
  primary key (sha256, case_id)
) strict, without rowid;
create index scan_to_come on scan (sha256) where came = 0;
create index scan_of_case on scan (case_id) where came = 0;
