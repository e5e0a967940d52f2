from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.crm_product_affinity import SUPPORT

PROPOSALS = 8


class CrmProductProposal(models.TransientModel):
    """Propose what fits a quotation: what goes with its products, and what this customer might need."""

    _name = "crm.product.proposal"
    _description = "Customers Like This Also Bought"

    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade")
    line_ids = fields.One2many("crm.product.proposal.line", "proposal_id", "Proposals")

    @api.model
    def _propose(self, order):
        """Return the dialog for a quotation, filled."""
        order.check_access("read")
        lines = [Command.create(vals) for vals in self._prepare_lines(order)]
        return self.create({"order_id": order.id, "line_ids": lines})

    def _prepare_lines(self, order):
        """First what goes with the products of the quotation, then the customer's own recommendations.

        What only a few customers stand behind comes last. Each template once, none that is on the quotation, only what may be sold now. Nobody's purchases
        are used who objected to profiling.
        """
        company = order.company_id.root_id
        on_order = order.order_line.product_id.product_tmpl_id
        sellable = Domain("sale_ok", "=", True) & Domain("company_id", "in", [False, *order.company_id.parent_ids.ids])
        near = self.env["crm.product.affinity"].search(
            [("company_id", "=", company.id), ("product_tmpl_id", "in", on_order.ids)]
        )
        found = [
            (row.other_id, row.product_id, row.lift, row.support)
            for row in near.sorted(lambda row: (-row.score, row.id))
        ]
        own = self.env["crm.product.recommendation"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "=", order.partner_id.commercial_partner_id.id),
            ]
        )
        own = own.filtered(lambda row: not row.partner_id.werthaltigkeit_no_profiling)
        found += [(row.product_id, row.because_product_id, row.lift, row.support) for row in own]
        found.sort(key=lambda item: item[3] < SUPPORT)
        products = self.env["product.product"].search(sellable & Domain("id", "in", [item[0].id for item in found]))
        seen, lines = set(on_order.ids), []
        for product, because, lift, support in found:
            template = product.product_tmpl_id.id
            if product in products and template not in seen:
                seen.add(template)
                reason = self.env["crm.product.affinity"]._reason(because, lift, support)
                lines.append({"product_id": product.id, "reason": reason})
        return lines[:PROPOSALS]

    def action_add(self):
        """Add the chosen products as Odoo itself adds lines: prices, taxes and texts are its own."""
        self.ensure_one()
        order = self.order_id
        order.check_access("write")
        if order.state not in ("draft", "sent") or order.locked:
            raise UserError(self.env._("Products are added to quotations only; this one is confirmed or cancelled."))
        chosen = self.line_ids.filtered("chosen")
        if not chosen:
            raise UserError(self.env._("Choose what to add."))
        order.write(
            {
                "order_line": [
                    Command.create({"product_id": line.product_id.id, "product_uom_qty": line.quantity})
                    for line in chosen
                ]
            }
        )
        return {"type": "ir.actions.act_window_close"}


class CrmProductProposalLine(models.TransientModel):
    """A product that fits a quotation, and why."""

    _name = "crm.product.proposal.line"
    _description = "Proposed Product"

    proposal_id = fields.Many2one("crm.product.proposal", required=True, ondelete="cascade", index=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True, ondelete="cascade")
    reason = fields.Char("Why", readonly=True)
    quantity = fields.Float(default=1.0, digits="Product Unit")
    chosen = fields.Boolean("Add")
