from odoo import models


class CrmUncheckedTarget(models.AbstractModel):
    """Whatever is named by a field without foreign key (`UncheckedMany2one`): deleted records leave it."""

    _name = "crm.unchecked.target"
    _description = "Named Without Foreign Key"

    def unlink(self):
        self.env["crm.unchecked.engine"].sudo()._forget(self)
        return super().unlink()


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "crm.unchecked.target"]


class ResCountry(models.Model):
    _name = "res.country"
    _inherit = ["res.country", "crm.unchecked.target"]


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "crm.unchecked.target"]


class ResPartnerIndustry(models.Model):
    _name = "res.partner.industry"
    _inherit = ["res.partner.industry", "crm.unchecked.target"]


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "crm.unchecked.target"]


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "crm.unchecked.target"]


class CrmTeam(models.Model):
    _name = "crm.team"
    _inherit = ["crm.team", "crm.unchecked.target"]


class CrmTouchpointChannel(models.Model):
    _name = "crm.touchpoint.channel"
    _inherit = ["crm.touchpoint.channel", "crm.unchecked.target"]


class CrmTouchpointReason(models.Model):
    _name = "crm.touchpoint.reason"
    _inherit = ["crm.touchpoint.reason", "crm.unchecked.target"]


class UtmCampaign(models.Model):
    _name = "utm.campaign"
    _inherit = ["utm.campaign", "crm.unchecked.target"]


class UtmMedium(models.Model):
    _name = "utm.medium"
    _inherit = ["utm.medium", "crm.unchecked.target"]


class UtmSource(models.Model):
    _name = "utm.source"
    _inherit = ["utm.source", "crm.unchecked.target"]


class CrmLostReason(models.Model):
    _name = "crm.lost.reason"
    _inherit = ["crm.lost.reason", "crm.unchecked.target"]
