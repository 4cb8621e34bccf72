-- Since call_figures nobody reads these counts. This release writes them no more; the one before it still does, so that the table goes one release later.
-- Safe for the previous release: it writes these rows and never reads them.
TRUNCATE call_rollups;
COMMENT ON TABLE call_rollups IS 'Empty, and not written any more: call_figures has these counts. To be dropped by the next release.';
