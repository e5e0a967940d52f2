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
        "views/crm_controlling_menus.xml",
    ],
    "demo": ["demo/workshop.xml"],
    "assets": {
        "web.assets_backend": ["crm_controlling/static/src/**/*"],
        "web.assets_tests": ["crm_controlling/static/tests/tours/**/*"],
    },
    "application": True,
}
