from odoo.tests import TransactionCase, tagged

OURS = ("odoo.addons.crm_werthaltigkeit.", "odoo.addons.crm_kundenbindung.", "odoo.addons.crm_controlling.")
MIXINS = ("mail.activity.mixin", "mail.thread", "rating.mixin", "portal.mixin")


@tagged("post_install", "-at_install")
class TestMixins(TransactionCase):
    """No field of the three addons has the name of one that Odoo's mixins bring: it would be stored nowhere."""

    def test_no_field_hides_one_of_a_mixin(self):
        hidden = set()
        for model in self.env.values():
            bases = type(model).mro()
            brought = {
                name
                for mixin in MIXINS
                if self.registry[mixin] in bases
                for name in self.registry[mixin]._fields
                if name not in ("id", "display_name", "create_uid", "create_date", "write_uid", "write_date")
            }
            for base in bases:
                if base.__module__.startswith(OURS):
                    for field in base.__dict__.get("_field_definitions", ()):
                        if field.name in brought:
                            hidden.add(f"{model._name}.{field.name}")
        self.assertFalse(hidden)
