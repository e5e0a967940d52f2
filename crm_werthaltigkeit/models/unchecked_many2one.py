from odoo import fields


class UncheckedMany2one(fields.Many2one):
    """A many2one without a foreign key, for tables that are written by the million.

    A bulk write spends most of its time on checking foreign keys, row by row and field by field. What
    such a field names says goodbye itself when it is deleted (`crm.unchecked.target`), and what slips
    through goes at night (`crm.unchecked.engine`). Configuration refuses to be deleted while in use.
    """

    def update_db_foreign_key(self, model, column):
        return
