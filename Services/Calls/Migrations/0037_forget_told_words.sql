-- What providers wrote down was kept as they told it, with numbers of cards in it; asked again, they tell it again, and it is kept without.
ALTER TABLE call_accounts NO FORCE ROW LEVEL SECURITY;
UPDATE call_accounts SET document = document - 'transcript' - 'summary' WHERE document ?| ARRAY['transcript', 'summary'];
ALTER TABLE call_accounts FORCE ROW LEVEL SECURITY;
