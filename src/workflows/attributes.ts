import { defineSearchAttributeKey } from '@temporalio/common';

/** What workflows can be listed and sorted by in Temporal UI, where the cluster knows these attributes. */
export const SERVICE_ATTRIBUTE = defineSearchAttributeKey('CortexService', 'KEYWORD');
export const INPUT_ATTRIBUTE = defineSearchAttributeKey('CortexInput', 'KEYWORD');
/** Seconds that a stream is behind, in steps. */
export const LAG_ATTRIBUTE = defineSearchAttributeKey('CortexLagSeconds', 'INT');
