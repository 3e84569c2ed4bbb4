/** Memo field that holds the settings in force, so that a plan of `apply` needs no running worker. */
export const SETTINGS_MEMO = 'settings';
/** Memo field of a backfill: which stream it pulls. */
export const IDENTITY_MEMO = 'identity';
