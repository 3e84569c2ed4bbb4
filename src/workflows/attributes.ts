import { defineSearchAttributeKey } from '@temporalio/common';

/** What workflows can be listed and sorted by in Temporal UI, where the cluster knows these attributes. */
export const SERVICE_ATTRIBUTE = defineSearchAttributeKey('CortexService', 'KEYWORD');
export const INPUT_ATTRIBUTE = defineSearchAttributeKey('CortexInput', 'KEYWORD');
/** `ok`, or what the trouble is. */
export const STATE_ATTRIBUTE = defineSearchAttributeKey('CortexState', 'KEYWORD');
/** Code of the error in force; empty: there is none. */
export const ERROR_ATTRIBUTE = defineSearchAttributeKey('CortexError', 'KEYWORD');
/** Everything up to here is delivered, but for what is owed. */
export const WATERMARK_ATTRIBUTE = defineSearchAttributeKey('CortexWatermark', 'DATETIME');
