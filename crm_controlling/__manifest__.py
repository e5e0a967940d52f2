{
    "name": "CRM Controlling",
    "summary": "Goals that measure themselves, red lights that lead to measures, the CRM concept and the board",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Werthaltigkeit",
    "license": "LGPL-3",
    "depends": ["crm_kundenbindung", "spreadsheet_dashboard", "web_hierarchy"],
    "data": [
        "security/crm_controlling_groups.xml",
        "security/crm_controlling_rules.xml",
        "security/ir.model.access.csv",
        "data/crm_goal_stage_data.xml",
        "views/crm_controlling_menus.xml",
        "views/crm_goal_views.xml",
        "views/crm_goal_stage_views.xml",
    ],
    "demo": ["demo/workshop.xml"],
    "assets": {
        "web.assets_backend": ["crm_controlling/static/src/**/*"],
        "web.assets_tests": ["crm_controlling/static/tests/tours/**/*"],
    },
    "application": True,
}
