/**
 * Minutes since the call came in that this record logs; null where no call runs, or somebody typed how long it took.
 * @param {Object} record of crm.touchpoint, opened with call_started (ms) in its context
 */
export function runningMinutes(record) {
    const started = record.context.call_started;
    if (!started || record.resId || record.data.minutes) {
        return null;
    }
    return Math.max(Date.now() - started, 0) / 60000;
}
