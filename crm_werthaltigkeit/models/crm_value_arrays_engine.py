from io import BytesIO

from odoo import models
from odoo.tools import SQL

try:
    import numpy as np
except ImportError:  # the addons work without; then the past stands for the future
    np = None

HEADER, TRAILER = 19, 2  # bytes around the rows of PostgreSQL's binary COPY


class CrmValueArrays(models.AbstractModel):
    """Moves columns of numbers between the database and numpy, without a Python object per value.

    PostgreSQL's binary COPY format has rows of fixed width when no value is NULL: NULL travels as nan.
    """

    _name = "crm.value.arrays"
    _description = "Columns of Numbers Between the Database and the Statistics"

    def _fetch(self, query, names):
        """Return {name: float64 array} of these columns of a query; NULL is nan, a Boolean 0 or 1."""
        columns = SQL(", ").join(SQL("COALESCE(q.%s::float8, 'NaN')", SQL.identifier(name)) for name in names)
        buffer = BytesIO()
        self._copy(SQL("COPY (SELECT %s FROM (%s) q) TO STDOUT (FORMAT binary)", columns, query), buffer)
        layout = self._layout(names, [">f8"] * len(names))
        content = buffer.getbuffer()
        rows = np.frombuffer(content, layout, (len(content) - HEADER - TRAILER) // layout.itemsize, HEADER)
        return {name: rows[name].astype(float) for name in names}

    def _store(self, table, ids, columns):
        """Create a temporary table of `id` and these float columns, gone with the transaction; nan is NULL.

        :param columns: {name: array as long as ids}
        """
        definition = SQL(", ").join(SQL("%s float8", SQL.identifier(name)) for name in columns)
        name = SQL.identifier(table)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", name))
        self.env.cr.execute(SQL("CREATE TEMP TABLE %s (id int4, %s) ON COMMIT DROP", name, definition))
        rows = np.zeros(len(ids), self._layout(["id", *columns], [">i4", *[">f8"] * len(columns)]))
        rows["fields"] = len(columns) + 1
        rows["id"], rows["length of id"] = ids, 4
        for column, values in columns.items():
            rows[column], rows[f"length of {column}"] = values, 8
        header = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
        self._copy(SQL("COPY %s FROM STDIN (FORMAT binary)", name), BytesIO(header + rows.tobytes() + b"\xff\xff"))
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE 'NaN' IN (%s)",
                name,
                SQL(", ").join(SQL("%s = NULLIF(%s, 'NaN')", SQL.identifier(c), SQL.identifier(c)) for c in columns),
                SQL(", ").join(map(SQL.identifier, columns)),
            )
        )

    def _layout(self, names, types):
        """Layout of a row: number of fields, then length and value of each."""
        layout = [("fields", ">i2")]
        for name, type_ in zip(names, types, strict=True):
            layout += [(f"length of {name}", ">i4"), (name, type_)]
        return np.dtype(layout)

    def _copy(self, statement, file):
        for field in statement.to_flush:
            self.env[field.model_name].flush_model([field.name])
        self.env.cr.copy_expert(self.env.cr.mogrify(statement).decode(), file)
