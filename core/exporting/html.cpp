// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/exportframes.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"
#include "core/exporting/htmlplots.h"
#include "core/exporting/htmlsummary.h"
#include "core/exporting/htmltext.h"
#include "core/exporting/overlays.h"
#include "core/frames/imageloader.h"

#include <QDir>
#include <QLocale>

#include <algorithm>

namespace birblens {

namespace {

constexpr qsizetype mostFalse = 40;  ///< frames with overlays: some 5 MB
constexpr qsizetype mostMarked = 40; ///< pictures of flagged and commented frames
constexpr int falseHeight = 480;     ///< pixels
constexpr int markedHeight = 320;

/** A judged frame that was predicted to show what it does not. */
struct FalsePositive
{
    const FrameEntry *entry = nullptr;
    QStringList classes; ///< the most probable one first
    double probability = 0.0;
};

/** Time, file, what a person says of the frame; the comment below. */
QString captionOf(const FrameEntry &entry, const QString &more = {})
{
    QString text = QStringLiteral("<strong>%1</strong>").arg(htmlTime(entry.frame.captureTime));
    if (entry.mark.flagged)
        text += QStringLiteral(" \u2605 flagged");
    text += QStringLiteral("<br/>") + htmlEscaped(entry.frame.fileName());
    text += QStringLiteral("<br/>");
    text += entry.label().isLabelled()
                ? QStringLiteral("True label: ") + htmlEscaped(listedLabels(entry.label().labels))
                : QStringLiteral("State: ") + stateText(entry.state());
    text += more;
    if (!entry.mark.comment.isEmpty())
        text += QStringLiteral("<blockquote>%1</blockquote>").arg(htmlEscaped(entry.mark.comment));
    return text;
}

class Report
{
public:
    Report(const ExportJob &job, const ExportProgress &progress)
        : m_job(job)
        , m_progress(progress)
        , m_frames(framesInEvents(job, GoneFrames::Kept))
    {
        for (const ExportFrame &frame : m_frames)
            m_entries.append(frame.entry);
        m_set = samplesOf(m_entries, job.vocabulary);
        m_total = static_cast<int>(std::min(mostFalse, falsePositives().size()) +
                                   std::min(mostMarked, marked().size()) + 1);
    }

    /** Nothing when the person stopped it. */
    std::optional<QByteArray> page(ExportReport &report)
    {
        const QString title = placeOf(m_job) + QStringLiteral(", ") + dates();
        QString body = QStringLiteral("<header>\n<h1>%1</h1>\n").arg(htmlEscaped(title));
        body +=
            htmlParagraph(m_job.model ? QStringLiteral("Model: ") + htmlEscaped(m_job.model->name)
                                      : QStringLiteral("Without a model: predictions are those "
                                                       "that the camera stored."),
                          "faint") +
            QStringLiteral("</header>\n<main>\n");
        body += summaryHtml(m_entries, m_set, m_job.vocabulary,
                            m_frames.isEmpty() ? 0 : m_frames.constLast().event);
        body += QStringLiteral("<h2>Timeline</h2>\n") + timelineHtml(m_set, m_job.vocabulary);
        body += QStringLiteral("<h2>Hours</h2>\n") + hoursHtml(m_set, m_job.vocabulary);
        body += falsePart(report) + markedPart(report);
        if (!go())
            return std::nullopt;
        body += QStringLiteral("</main>\n<footer>Made by Birblens %1 on %2 UTC.</footer>\n")
                    .arg(QStringLiteral(BIRBLENS_VERSION), htmlTime(m_job.created.toUTC(), false));
        return htmlPage(title, body);
    }

    int total() const { return m_total; }

private:
    bool go()
    {
        m_stopped = m_stopped || (m_progress && !m_progress(m_done, m_total));
        return !m_stopped;
    }

    QString dates() const
    {
        QDate first;
        QDate last;
        for (const FrameEntry *entry : m_entries) {
            const QDate date = entry->frame.captureTime.date();
            if (date.isValid() && (!first.isValid() || date < first))
                first = date;
            if (date.isValid() && (!last.isValid() || date > last))
                last = date;
        }
        if (!first.isValid())
            return QStringLiteral("no date");
        return first == last ? htmlDate(first)
                             : htmlDate(first) + QStringLiteral(" to ") + htmlDate(last);
    }

    /** The most probable ones first. */
    QList<FalsePositive> falsePositives() const
    {
        QList<FalsePositive> found;
        for (qsizetype i = 0; i < m_entries.size(); ++i) {
            const Sample &sample = m_set.samples.at(i);
            FalsePositive one;
            one.entry = m_entries.at(i);
            for (const int label : sample.predicted) {
                if (!sample.judged() || label == m_set.none() || sample.truth.contains(label))
                    continue;
                const QString &name = m_set.names.at(label);
                const double probability = probabilityOf(name, *one.entry, m_job.model);
                one.classes.insert(probability > one.probability ? 0 : one.classes.size(), name);
                one.probability = std::max(one.probability, probability);
            }
            if (!one.classes.isEmpty())
                found.append(one);
        }
        std::stable_sort(found.begin(), found.end(), [](const auto &a, const auto &b) {
            return a.probability > b.probability;
        });
        return found;
    }

    QList<const FrameEntry *> marked() const
    {
        QList<const FrameEntry *> found;
        std::copy_if(m_entries.cbegin(), m_entries.cend(), std::back_inserter(found),
                     [](const FrameEntry *entry) {
                         return entry->mark.flagged || !entry->mark.comment.isEmpty();
                     });
        return found;
    }

    /** Its photograph; else a sentence in @p html, and why in the report. */
    std::optional<QImage> photoOf(const FrameEntry &entry, QString &html, ExportReport &report)
    {
        if (entry.frame.gone) {
            html = htmlParagraph(QStringLiteral("The camera deleted the picture."));
            return std::nullopt;
        }
        auto photo = loadImage(entry.frame.path());
        if (photo)
            return *photo;
        report.failures.append({entry.frame.key, photo.error()});
        html = htmlParagraph(
            QStringLiteral("The picture cannot be read: %1.").arg(htmlEscaped(photo.error().what)));
        return std::nullopt;
    }

    /** Photograph and overlays side by side, each under its title. */
    QString pictures(const FalsePositive &one, ExportReport &report)
    {
        const FrameEntry &entry = *one.entry;
        QString html;
        const std::optional<QImage> whole = photoOf(entry, html, report);
        if (!whole)
            return html;
        const QImage photo = whole->height() > falseHeight
                                 ? whole->scaledToHeight(falseHeight, Qt::SmoothTransformation)
                                 : *whole;
        QString prediction = describeMachine(entry, m_job.model);
        QString overlays;
        ExplainRequest request = explainRequest(m_job, entry);
        request.target = TargetKind::Class;
        request.classes.clear();
        for (const QString &name : one.classes) {
            if (const auto index = m_job.vocabulary.indexOf(name); index >= 0)
                request.classes.append(static_cast<int>(index));
        }
        if (m_job.model && m_job.explain && !request.classes.isEmpty()) {
            const auto explanation = m_job.explain(request);
            if (!explanation)
                report.failures.append({entry.frame.key, explanation.error()});
            else
                prediction = describePrediction(*m_job.model, explanation->prediction);
            for (const ClassMap &map : explanation ? explanation->maps : QList<ClassMap>()) {
                const QString className = targetName(*m_job.model, map.target);
                overlays += titled(
                    figureTitle(map.method, className),
                    renderOverlay(overlayInput(m_job, photo, *explanation, map)),
                    QStringLiteral("The same frame under the heatmap for %1").arg(className));
            }
        }
        return QStringLiteral("<div class=\"pair\">") +
               titled(QStringLiteral("Prediction: ") + prediction, photo,
                      QStringLiteral("Frame of %1, wrongly predicted: %2")
                          .arg(htmlTime(entry.frame.captureTime),
                               one.classes.join(QStringLiteral(", ")))) +
               overlays + QStringLiteral("</div>\n");
    }

    static QString titled(const QString &title, const QImage &image, const QString &alternative)
    {
        return QStringLiteral("<div>") + htmlParagraph(htmlEscaped(title)) +
               htmlImage(image, falseHeight, alternative) + QStringLiteral("</div>\n");
    }

    static QString figure(const QString &picture, const QString &caption)
    {
        return QStringLiteral("<figure>\n") + picture + QStringLiteral("<figcaption>") + caption +
               QStringLiteral("</figcaption>\n</figure>\n");
    }

    QString falsePart(ExportReport &report)
    {
        QString html = QStringLiteral("<h2>False positives</h2>\n");
        QList<FalsePositive> all = falsePositives();
        if (all.isEmpty())
            return html +
                   htmlParagraph(QStringLiteral("No reviewed frame was predicted to show what "
                                                "it does not."));
        const qsizetype count = all.size();
        html += htmlParagraph(
            htmlCount(count, QStringLiteral("frame was"), QStringLiteral("frames were")) +
            QStringLiteral(" predicted to show what the true label does not name."));
        if (std::any_of(all.cbegin(), all.cend(),
                        [](const auto &one) { return one.classes.size() > 1; }))
            html += htmlParagraph(QStringLiteral("A frame with several such classes stands under "
                                                 "the most probable one."));
        if (count > mostFalse) {
            all.resize(mostFalse);
            html += htmlParagraph(
                QStringLiteral("The %1 with the highest probability are shown; %2 "
                               "left out.")
                    .arg(htmlNumber(mostFalse), htmlCount(count - mostFalse, QStringLiteral("is"),
                                                          QStringLiteral("are"))));
        }
        if (!m_job.model || !m_job.explain)
            html += htmlParagraph(QStringLiteral("No model was open, so there are no overlays."));
        for (const QString &name : m_set.names) {
            QString figures;
            for (const FalsePositive &one : std::as_const(all)) {
                if (one.classes.constFirst() != name || !go())
                    continue;
                figures += figure(pictures(one, report), captionOf(*one.entry));
                ++m_done;
            }
            if (!figures.isEmpty())
                html += QStringLiteral("<h3>%1%2</h3>\n<div class=\"frames\">\n")
                            .arg(swatchHtml(m_job.vocabulary, name), htmlEscaped(name)) +
                        figures + QStringLiteral("</div>\n");
        }
        return html;
    }

    QString markedPart(ExportReport &report)
    {
        QString html = QStringLiteral("<h2>Flagged frames and comments</h2>\n");
        const QList<const FrameEntry *> all = marked();
        if (all.isEmpty())
            return html + htmlParagraph(QStringLiteral("No frame is flagged or commented."));
        const auto caption = [this](const FrameEntry &entry) {
            return captionOf(entry, QStringLiteral("<br/>Prediction: ") +
                                        htmlEscaped(describeMachine(entry, m_job.model)));
        };
        html += QStringLiteral("<div class=\"frames\">\n");
        for (qsizetype i = 0; i < std::min(mostMarked, all.size()) && go(); ++i) {
            const FrameEntry &entry = *all.at(i);
            QString picture;
            if (const auto photo = photoOf(entry, picture, report))
                picture =
                    htmlImage(*photo, markedHeight,
                              QStringLiteral("Frame of %1").arg(htmlTime(entry.frame.captureTime)));
            html += figure(picture, caption(entry));
            ++m_done;
        }
        html += QStringLiteral("</div>\n");
        if (all.size() <= mostMarked)
            return html;
        html += QStringLiteral("<h3>%1 without a picture here</h3>\n<ul>\n")
                    .arg(htmlCount(all.size() - mostMarked, QStringLiteral("more frame"),
                                   QStringLiteral("more frames")));
        for (qsizetype i = mostMarked; i < all.size(); ++i)
            html += QStringLiteral("<li>") + caption(*all.at(i)) + QStringLiteral("</li>\n");
        return html + QStringLiteral("</ul>\n");
    }

    const ExportJob &m_job;
    const ExportProgress &m_progress;
    QList<ExportFrame> m_frames; ///< in capture order
    QList<const FrameEntry *> m_entries;
    SampleSet m_set;
    int m_total = 0;
    int m_done = 0;
    bool m_stopped = false;
};

} // namespace

Result<ExportReport> exportHtml(const ExportJob &job, const ExportProgress &progress)
{
    if (auto ready = prepareExportFolder(job.folder); !ready)
        return ready.error();
    ExportReport result;
    Report report(job, progress);
    const auto page = report.page(result);
    if (!page) {
        result.cancelled = true;
        return result;
    }
    const QString path = QDir(job.folder).absoluteFilePath(QStringLiteral("report.html"));
    return finishExport(std::move(result), path, *page, report.total(), progress);
}

} // namespace birblens
