from odoo import models
from odoo.tools import SQL, ormcache

from .unchecked_many2one import UncheckedMany2one


class CrmUncheckedEngine(models.AbstractModel):
    """Does for fields without foreign key (`UncheckedMany2one`) what the key would do on a deletion."""

    _name = "crm.unchecked.engine"
    _description = "Deletions Without Foreign Keys"

    def _forget(self, records):
        """Empty the fields that name these records, which are about to be deleted, or delete the rows with them."""
        for model_name, action, names in self._referring().get(records._name, ()):
            model = self.env[model_name]
            model.flush_model(names)
            columns = [SQL.identifier(name) for name in names]
            gone = SQL(" OR ").join(SQL("%s = ANY(%s)", column, records.ids) for column in columns)
            if action == "cascade":
                statement = SQL("DELETE FROM %s WHERE %s", SQL.identifier(model._table), gone)
            else:
                kept = SQL(", ").join(
                    SQL("%s = CASE WHEN %s <> ALL(%s) THEN %s END", c, c, records.ids, c) for c in columns
                )
                statement = SQL("UPDATE %s SET %s WHERE %s", SQL.identifier(model._table), kept, gone)
            self.env.cr.execute(statement)
            model.invalidate_model()

    def _orphans(self):
        """Return statements that do the same for what was deleted while a bulk write named it."""
        statements = []
        for target, referring in self._referring().items():
            for model_name, action, names in referring:
                for name in names:
                    column, table = SQL.identifier(name), SQL.identifier(self.env[model_name]._table)
                    gone = SQL(
                        "FROM (SELECT DISTINCT %(column)s AS id FROM %(table)s) used WHERE t.%(column)s = used.id"
                        " AND NOT EXISTS (SELECT FROM %(target)s r WHERE r.id = used.id)",
                        column=column,
                        table=table,
                        target=SQL.identifier(self.env[target]._table),
                    )
                    if action == "cascade":
                        gone = SQL(str(gone.code).replace("FROM (", "USING (", 1), *gone.params)
                        statements.append(SQL("DELETE FROM %s t %s", table, gone))
                    else:
                        statements.append(SQL("UPDATE %s t SET %s = NULL %s", table, column, gone))
        return statements

    @ormcache()
    def _referring(self):
        """Return {model: [(model with unchecked fields to it, "set null" or "cascade", names of the fields)]}."""
        found = {}
        for model_name, model in self.env.registry.items():
            for name, field in model._fields.items():
                if isinstance(field, UncheckedMany2one) and field.store and field.ondelete != "restrict":
                    key = (field.comodel_name, model_name, field.ondelete)
                    found.setdefault(key, []).append(name)
        result = {}
        for (target, model_name, action), names in found.items():
            result.setdefault(target, []).append((model_name, action, tuple(names)))
        return result
