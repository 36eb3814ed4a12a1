-- Which rule saw an emergency says what somebody suffers from: `Suicide` in the clear is health information about a person,
-- for whoever reads a list, a backup or the row that PostgreSQL logs with a refused constraint. The name stands among the
-- sealed details; the column says that a rule matched, and no more. Names that stood here in the clear are not carried over:
-- nothing in the database may open the data key that would seal them.
update cms.inquiry set emergency_rule = 'matched' where emergency_rule <> 'matched';
comment on column cms.inquiry.emergency_rule is 'matched, or null';
