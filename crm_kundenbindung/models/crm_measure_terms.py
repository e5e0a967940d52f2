"""What measures are made of, for all files that extend them."""

TOKEN = object()  # marks what the steps of a measure write; RPC cannot forge an object
MANAGER_GROUP = "crm_kundenbindung.group_kundenbindung_manager"
STATES = [
    ("idea", "Idea"),
    ("assessed", "Assessed"),
    ("planned", "Planned"),
    ("running", "Running"),
    ("evaluated", "Evaluated"),
    ("adopted", "Adopted"),
    ("dropped", "Dropped"),
]
TARGETS = [
    ("repurchase", "Bought again"),
    ("orders", "Orders"),
    ("revenue", "Revenue"),
    ("db2", "CM II"),
    ("visits", "Visits and meetings"),
    ("satisfaction", "Satisfaction"),
]
PERCENT = {"repurchase"}  # indicators that are rates
VERDICTS = [
    ("works", "Works"),
    ("harms", "Does harm"),
    ("open", "Not demonstrable"),
    ("no_proof", "No proof: no control group"),
]
TREATMENTS = [
    ("manual", "By hand, or outside of Odoo"),
    ("outreach", "A campaign: mail, letter or calls"),
    ("activity", "An activity for each customer"),
    ("reward", "Points or a coupon for each customer"),
]
AUTOMATIC = ("activity", "reward")  # carried out row by row in the background
# what came about by the steps alone
STEP_FIELDS = {
    "state",
    "drawn_on",
    "treated_count",
    "control_count",
    "excluded_count",
    "approved_by_id",
    "approved_on",
    "override_by_id",
    "expected_count",
    "expected_mean",
    "expected_deviation",
    "treat_since",
    "reached_count",
    "cost_contacts",
    "cost_rewards",
    "cost_analytic",
    "outreach_id",
    "standing",
    "standing_days",
    "origin_id",
    "automation_id",
}
# what stands fast once participants are drawn: changing it afterwards would be choosing the result
FROZEN_FIELDS = {
    "group_id", "company_id", "date_start", "date_end", "target", "control_share", "seed", "looks", "treatment",
    "outreach_channel", "program_id", "points",
}  # fmt: skip
