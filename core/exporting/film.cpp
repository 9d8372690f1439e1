// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/exportframes.h"
#include "core/exporting/filmpicture.h"
#include "core/exporting/filmwriter.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"
#include "core/exporting/outputnames.h"
#include "core/exporting/overlays.h"
#include "core/filewriter.h"
#include "core/frames/imageloader.h"

#include <QDir>
#include <QLocale>

#include <algorithm>
#include <array>

namespace birblens {

namespace {

constexpr qsizetype mostPictures = 600; ///< two minutes; of a longer visit some are left out

struct FilmFormat
{
    const char *name;
    int longestSide; ///< of the photograph, in pixels: what stays small enough to pass on
    std::unique_ptr<FilmWriter> (*make)(const QSize &size, double framesPerSecond);
};
const std::array<FilmFormat, 3> filmFormats{FilmFormat{"mp4", 960, makeMp4Writer},
                                            FilmFormat{"webp", 640, makeWebpWriter},
                                            FilmFormat{"gif", 480, makeGifWriter}};

/** A frame of a film and what the network says of it. */
struct Shot
{
    const FrameEntry *entry = nullptr;
    int number = 0; ///< from 1, in the visit
    std::optional<Explanation> explanation;
};

/** Counts what is done; remembers that the person wants no more. */
class Steps
{
public:
    Steps(const ExportProgress &progress, int total)
        : m_progress(progress)
        , m_total(total)
    {
    }
    bool go()
    {
        m_stopped = m_stopped || (m_progress && !m_progress(m_done, m_total));
        return !m_stopped;
    }
    void done(int steps = 1) { m_done = std::min(m_done + steps, m_total); }
    bool stopped() const { return m_stopped; }

private:
    const ExportProgress &m_progress;
    int m_total;
    int m_done = 0;
    bool m_stopped = false;
};

/** One visit from its frames to the bytes of the film. */
class Film
{
public:
    Film(const ExportJob &job, const FilmFormat &format, ExportReport &report, Steps &steps)
        : m_job(job)
        , m_format(format)
        , m_report(report)
        , m_steps(steps)
    {
    }

    /** Nothing when stopped or when no frame of it can be shown. */
    std::optional<QByteArray> make(QList<Shot> shots)
    {
        m_total = static_cast<int>(shots.size());
        thin(shots);
        if (m_job.model && m_job.explain)
            explain(shots);
        return draw(shots);
    }

private:
    void thin(QList<Shot> &shots)
    {
        const qsizetype step = (shots.size() + mostPictures - 1) / mostPictures;
        if (step < 2)
            return;
        m_report.notes.append(
            QStringLiteral("The visit of %1 has %2 frames: one in %3 is in its film.")
                .arg(shots.first().entry->frame.captureTime.toString(
                    QStringLiteral("yyyy-MM-ddTHH:mm:ss")))
                .arg(shots.size())
                .arg(step));
        QList<Shot> kept;
        for (qsizetype i = 0; i < shots.size(); i += step)
            kept.append(shots.at(i));
        shots = kept;
    }

    void fail(const Shot &shot, const Error &error)
    {
        m_report.failures.append({shot.entry->frame.key, error});
    }

    /** Everything first: the class of the film and its range of colours are those of all frames. */
    void explain(QList<Shot> &shots)
    {
        const bool ofOneClass =
            m_job.target == TargetKind::Class || m_job.target == TargetKind::Against;
        int wanted = m_job.classes.value(0, -1);
        if (ofOneClass && wanted < 0)
            wanted = commonestClass(shots);
        std::optional<ScaleRange> range;
        for (Shot &shot : shots) {
            if (!m_steps.go())
                return;
            ExplainRequest request = explainRequest(m_job, *shot.entry);
            if (ofOneClass && wanted >= 0)
                request.classes = {wanted};
            auto explanation = m_job.explain(request);
            m_steps.done();
            if (!explanation || explanation->maps.isEmpty()) {
                if (!explanation)
                    fail(shot, explanation.error());
                continue;
            }
            const ScaleRange own = ownRange(explanation->maps.first().map);
            range = range
                        ? ScaleRange{std::min(range->low, own.low), std::max(range->high, own.high)}
                        : own;
            shot.explanation = *explanation;
        }
        if (range && m_job.style.scale == ScaleMode::PerFrame)
            m_range = rangeFor(*range, m_job.style.colorMap);
    }

    /** Predicted in most frames; where nothing is, the most probable one. */
    int commonestClass(const QList<Shot> &shots)
    {
        const qsizetype count = m_job.model->vocabulary.size();
        QList<double> votes(count, 0.0);
        for (const Shot &shot : shots) {
            std::optional<Prediction> prediction = shot.entry->prediction;
            if (!prediction) {
                if (!m_steps.go())
                    return -1;
                const auto explanation = m_job.explain(explainRequest(m_job, *shot.entry));
                if (!explanation)
                    continue; // said when it is explained
                prediction = explanation->prediction;
            }
            for (const int index : std::as_const(prediction->classes))
                votes[index] += 1000.0;
            for (qsizetype i = 0; i < std::min(count, prediction->probabilities.size()); ++i)
                votes[i] += double(prediction->probabilities.at(i)) / double(shots.size());
        }
        return static_cast<int>(std::max_element(votes.cbegin(), votes.cend()) - votes.cbegin());
    }

    std::optional<QByteArray> draw(const QList<Shot> &shots)
    {
        const bool overlays = std::any_of(shots.cbegin(), shots.cend(), [](const Shot &shot) {
            return shot.explanation.has_value();
        });
        std::optional<FilmLayout> layout;
        std::unique_ptr<FilmWriter> writer;
        for (const Shot &shot : shots) {
            if (!m_steps.go())
                return std::nullopt;
            const auto photo = loadImage(shot.entry->frame.path());
            m_steps.done();
            if (!photo) {
                // Its explanation failed for the same reason.
                if (m_report.failures.isEmpty() ||
                    m_report.failures.constLast().key != shot.entry->frame.key)
                    fail(shot, photo.error());
                continue;
            }
            if (!layout) {
                layout.emplace(photo->size(), m_format.longestSide, overlays);
                writer = m_format.make(layout->size(), m_job.framesPerSecond);
            }
            if (const auto added = writer->add(picture(shot, *photo, *layout)); !added) {
                fail(shot, added.error());
                return std::nullopt;
            }
        }
        if (!writer)
            return std::nullopt;
        auto bytes = writer->finish();
        if (!bytes) {
            fail(shots.first(), bytes.error());
            return std::nullopt;
        }
        return *bytes;
    }

    QImage picture(const Shot &shot, const QImage &whole, const FilmLayout &layout) const
    {
        const QImage photo =
            whole.scaled(layout.panel(), Qt::KeepAspectRatio, Qt::SmoothTransformation);
        FilmCaption caption;
        caption.time =
            QLocale(QLocale::English, QLocale::UnitedKingdom)
                .toString(shot.entry->frame.captureTime, QStringLiteral("d MMM yyyy HH:mm:ss"));
        if (shot.entry->label().isLabelled())
            caption.time +=
                QStringLiteral("   True label: ") + listedLabels(shot.entry->label().labels);
        caption.place = QStringLiteral("%1 of %2").arg(shot.number).arg(m_total);
        caption.photo = QStringLiteral("Prediction: ") + describeMachine(*shot.entry, m_job.model);
        if (!shot.explanation)
            return layout.paint(photo, {}, caption);
        const ClassMap &map = shot.explanation->maps.first();
        FigureInput input = overlayInput(m_job, photo, *shot.explanation, map);
        if (m_range)
            input.range = *m_range;
        caption.photo =
            QStringLiteral("Prediction: ") + describePrediction(*m_job.model, input.prediction);
        caption.overlay = figureTitle(map.method, targetName(*m_job.model, map.target));
        return layout.paint(photo, renderOverlay(input), caption);
    }

    const ExportJob &m_job;
    const FilmFormat &m_format;
    ExportReport &m_report;
    Steps &m_steps;
    int m_total = 0;                   ///< frames of the visit
    std::optional<ScaleRange> m_range; ///< of all its maps
};

/** `2021-02-08T10:56:58`, or the file's name where the time is not known. */
QString filmName(const Frame &first, bool colonFree)
{
    return first.captureTime.isValid()
               ? first.captureTime.toString(colonFree ? QStringLiteral("yyyyMMddHHmmss")
                                                      : QStringLiteral("yyyy-MM-ddTHH:mm:ss"))
               : first.fileName().section(QLatin1Char('.'), 0, -2);
}

} // namespace

Result<ExportReport> exportFilm(const ExportJob &job, const ExportProgress &progress)
{
    const Result<QString> name = imageFormatOf(job, QStringLiteral("film"));
    if (!name)
        return name.error();
    const auto format = std::find_if(filmFormats.begin(), filmFormats.end(), [&](const auto &one) {
        return *name == QLatin1String(one.name);
    });
    if (!(job.framesPerSecond >= 0.1 && job.framesPerSecond <= 50.0))
        return Error{QStringLiteral("A film has 0.1 to 50 frames per second"), {}, {}};
    const QString folder = QDir(job.folder).absoluteFilePath(QStringLiteral("films"));
    if (auto ready = prepareExportFolder(folder); !ready)
        return ready.error();

    QMap<int, QList<Shot>> visits;
    const QList<ExportFrame> frames = framesInEvents(job);
    for (const ExportFrame &frame : frames)
        visits[frame.event].append({frame.entry, frame.number, {}});
    ExportReport report;
    report.skipped = static_cast<int>(job.frames.size() - frames.size());
    const auto single = visits.removeIf([](const auto &visit) { return visit->size() < 2; });
    report.skipped += static_cast<int>(single);
    if (single > 0)
        report.notes.append(
            single == 1 ? QStringLiteral("A visit of a single frame makes no film.")
                        : QStringLiteral("%1 visits of a single frame make no film.").arg(single));
    qsizetype pictures = 0;
    for (const QList<Shot> &visit : std::as_const(visits))
        pictures += visit.size();
    Steps steps(progress, static_cast<int>(pictures) * (job.model && job.explain ? 2 : 1));
    QList<QStringList> wanted; // an hour of autumn comes twice
    for (const QList<Shot> &visit : std::as_const(visits))
        wanted.append({filmName(visit.first().entry->frame, job.colonFree)});
    const QStringList names = distinctNames(wanted, foldsCase(folder));
    qsizetype number = 0;
    for (const QList<Shot> &visit : std::as_const(visits)) {
        const QString &film = names.at(number++);
        const auto bytes = Film(job, *format, report, steps).make(visit);
        if (steps.stopped() || !steps.go()) {
            report.cancelled = true;
            return report;
        }
        if (!bytes)
            continue;
        const QString path = folder + QLatin1Char('/') + film + QLatin1Char('.') + *name;
        if (auto written = writeWholeFile(path, *bytes); !written)
            return written.error();
        report.written.append(path);
    }
    steps.done(static_cast<int>(pictures) * 2);
    if (!steps.go())
        report.cancelled = false; // too late: all is written
    return report;
}

} // namespace birblens
