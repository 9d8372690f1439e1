// SPDX-License-Identifier: GPL-3.0-or-later

// Labels from our own tables: frames.csv, and labels.csv of a training set.

#include "core/exporting/saidlabels.h"
#include "core/frames/capturename.h"

namespace birblens {

namespace {

constexpr QLatin1String frameColumn("frame");
constexpr QLatin1String labelColumn("true_label");
constexpr QLatin1String stateColumn("state");
constexpr QLatin1String fileColumn("fname");
constexpr QLatin1String labelsColumn("labels");
constexpr QLatin1String sideColumn("is_valid");

} // namespace

bool isFramesTable(const TableText &table)
{
    return table.column(frameColumn) >= 0 && table.column(labelColumn) >= 0;
}

SaidLabels readFramesTable(const TableText &table, const LabelSpelling &spelling)
{
    SaidLabels said;
    for (const TableText::Row &row : table.rows) {
        SaidLabel label;
        label.line = row.line;
        label.path = table.cell(row, frameColumn);
        label.label = labelFromCell(unguardedCell(table.cell(row, labelColumn)), spelling);
        // A label that somebody typed counts, whatever the column beside it still says.
        if (!label.label && saysUnsure(table.cell(row, stateColumn)))
            label.label = TrueLabel::unsure();
        said.labels.append(label);
    }
    return said;
}

bool isTrainingTable(const TableText &table)
{
    return table.column(fileColumn) >= 0 && table.column(labelsColumn) >= 0;
}

SaidLabels readTrainingTable(const TableText &table, const LabelSpelling &spelling)
{
    SaidLabels said;
    for (const TableText::Row &row : table.rows) {
        SaidLabel label;
        label.line = row.line;
        label.path = table.cell(row, fileColumn);
        if (const auto name = parseCaptureName(label.path))
            label.time = name->captureTime;
        label.label = labelFromCell(table.cell(row, labelsColumn), spelling);
        // A frame is in our sets because a person labelled it: an empty cell is `none`.
        const bool ours = label.time.isValid() || !table.cell(row, sideColumn).isEmpty();
        if (ours && table.cell(row, labelsColumn).isEmpty())
            label.label = TrueLabel::none();
        said.labels.append(label);
    }
    return said;
}

} // namespace birblens
