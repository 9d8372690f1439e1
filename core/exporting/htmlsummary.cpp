// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/htmlsummary.h"

#include "core/analysis/classscores.h"
#include "core/exporting/htmlplots.h"
#include "core/exporting/htmltext.h"

#include <algorithm>
#include <array>

namespace birblens {

namespace {

QString scores(const SampleSet &set, const QStringList &vocabulary)
{
    QString rows;
    bool judged = false;
    for (const ClassScore &score : classScores(set)) {
        const int there = score.truePositives + score.missed;
        if (score.predicted == 0 && there == 0)
            continue;
        judged = judged || score.truePositives + score.falsePositives + score.missed > 0;
        const QString &name = set.names.at(score.index);
        QString cells;
        for (const int number : {score.predicted, score.truePositives, score.falsePositives,
                                 score.missed, score.toReview})
            cells += QStringLiteral("<td>%1</td>").arg(htmlNumber(number));
        const QStringList shares{htmlShare(score.precision), htmlShare(score.recall),
                                 htmlShare(score.f1)};
        rows += QStringLiteral("<tr><th scope=\"row\">") + swatchHtml(vocabulary, name) +
                htmlEscaped(name) + QStringLiteral("</th>") + cells +
                QStringLiteral("<td>%1</td><td>%2</td><td>%3</td></tr>\n")
                    .arg(shares.at(0), shares.at(1), shares.at(2));
    }
    if (rows.isEmpty())
        return htmlParagraph(QStringLiteral("No frame has a prediction or a label."));
    QString head;
    for (const char *name : {"Class", "Predicted", "Confirmed", "False positives", "Missed",
                             "To review", "Precision", "Recall", "F1"})
        head += QStringLiteral("<th scope=\"col\">%1</th>").arg(QLatin1String(name));
    return QStringLiteral("<div class=\"scroll\"><table>\n<thead><tr>%1</tr></thead>\n<tbody>\n")
               .arg(head) +
           rows + QStringLiteral("</tbody>\n</table></div>\n") +
           htmlParagraph(judged ? QStringLiteral(
                                      "Counts are frames. Precision: of the labelled frames "
                                      "predicted as the class, those that are it. Recall: of those "
                                      "that are it, the predicted ones. F1: their harmonic "
                                      "mean. In brackets the 95 % interval (Wilson).")
                                : QStringLiteral("Nobody has labelled a frame yet: how often a "
                                                 "class is right is not known."),
                         "faint");
}

} // namespace

QString summaryHtml(const QList<const FrameEntry *> &frames, const SampleSet &set,
                    const QStringList &vocabulary, int visits)
{
    std::array<qint64, 4> states{};
    for (const FrameEntry *entry : frames)
        ++states.at(static_cast<size_t>(entry->state()));
    const auto of = [&states](ReviewState state) { return states.at(static_cast<size_t>(state)); };
    const auto flagged = std::count_if(frames.cbegin(), frames.cend(),
                                       [](const auto *entry) { return entry->mark.flagged; });
    const qint64 reviewed = frames.size() - of(ReviewState::Unreviewed);
    const std::pair<const char *, qint64> numbers[]{{"frames", frames.size()},
                                                    {"visits", visits},
                                                    {"reviewed", reviewed},
                                                    {"confirmed", of(ReviewState::Confirmed)},
                                                    {"corrected", of(ReviewState::Corrected)},
                                                    {"unsure", of(ReviewState::Unsure)},
                                                    {"flagged", flagged}};
    QString html = QStringLiteral("<h2>Summary</h2>\n<dl class=\"numbers\">\n");
    for (const auto &[name, number] : numbers)
        html += QStringLiteral("<div><dt>%1</dt><dd>%2</dd></div>\n")
                    .arg(QLatin1String(name), htmlNumber(number));
    return html + QStringLiteral("</dl>\n") + scores(set, vocabulary);
}

} // namespace birblens
