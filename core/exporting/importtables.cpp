// Labels from our own tables: frames.csv, and labels.csv of a training set.

#include "core/exporting/saidlabels.h"
#include "core/frames/capturename.h"

namespace birblens {

namespace {

QString cellOf(const TableText &table, const TableText::Row &row, const char *column)
{
    return row.fields.value(table.header.indexOf(QLatin1String(column))).trimmed();
}

} // namespace

bool isFramesTable(const TableText &table)
{
    return table.header.contains(QStringLiteral("frame")) &&
           table.header.contains(QStringLiteral("true_label"));
}

SaidLabels readFramesTable(const TableText &table, const LabelSpelling &spelling)
{
    SaidLabels said;
    for (const TableText::Row &row : table.rows) {
        SaidLabel label;
        label.line = row.line;
        label.path = cellOf(table, row, "frame");
        label.label = cellOf(table, row, "state") == QLatin1String("unsure")
                          ? TrueLabel::unsure()
                          : labelFromCell(unguardedCell(cellOf(table, row, "true_label")), spelling);
        said.labels.append(label);
    }
    return said;
}

bool isTrainingTable(const TableText &table)
{
    return table.header.value(0) == QLatin1String("fname") &&
           table.header.value(1) == QLatin1String("labels");
}

SaidLabels readTrainingTable(const TableText &table, const LabelSpelling &spelling)
{
    SaidLabels said;
    for (const TableText::Row &row : table.rows) {
        SaidLabel label;
        label.line = row.line;
        label.path = row.fields.value(0).trimmed();
        if (const auto name = parseCaptureName(label.path))
            label.time = name->captureTime;
        // A frame is in the set because a person labelled it: an empty cell is `none`.
        label.label = labelFromCell(row.fields.value(1), spelling).value_or(TrueLabel::none());
        said.labels.append(label);
    }
    return said;
}

} // namespace birblens
