-- Whoever has invited somebody sees when the mail server refused the letter, and why.
ALTER TABLE invitations
    ADD COLUMN mail_id          uuid,
    ADD COLUMN undelivered_code text;
COMMENT ON COLUMN invitations.mail_id IS 'The last letter with a link, as messaging knows it.';
COMMENT ON COLUMN invitations.undelivered_code IS 'Why that letter was given up, such as smtp_550.';
