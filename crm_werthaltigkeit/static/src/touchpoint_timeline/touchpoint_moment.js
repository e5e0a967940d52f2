const { DateTime } = luxon;

/**
 * Say when something happened as people do: "today 09:12", "3 days ago", "18 Nov", "18 Nov 2024".
 *
 * @param {DateTime} moment in the user's time zone
 * @param {DateTime} [now]
 * @returns {string}
 */
export function formatMoment(moment, now = DateTime.local()) {
    const days = Math.round(now.startOf("day").diff(moment.startOf("day"), "days").days);
    if (days === 0 || days === 1) {
        const day = moment.toRelativeCalendar({ base: now, unit: "days" });
        return `${day} ${moment.toLocaleString(DateTime.TIME_SIMPLE)}`;
    }
    if (days > 1 && days < 7) {
        return moment.toRelativeCalendar({ base: now, unit: "days" });
    }
    const format = { day: "2-digit", month: "short" };
    return moment.toLocaleString(
        moment.year === now.year ? format : { ...format, year: "numeric" }
    );
}
