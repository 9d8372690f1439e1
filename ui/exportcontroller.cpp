// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/exportcontroller.h"

#include "core/counted.h"
#include "core/exporting/exporter.h"
#include "core/jobs/inferenceservice.h"
#include "ui/dialogs/exportdialog.h"
#include "ui/panels/photopanel.h"
#include "ui/theme.h"
#include "ui/views/progressline.h"

#include <QClipboard>
#include <QDir>
#include <QFontMetrics>
#include <QGuiApplication>
#include <QLocale>
#include <QPainter>
#include <QSettings>
#include <QStandardPaths>
#include <QUrl>

namespace birblens {

namespace {

/** Where the camera is: of this day, else what was given last. */
QStringList placeGroups(const QString &dayFolder)
{
    return {QStringLiteral("export/places/") +
                QString::fromLatin1(QUrl::toPercentEncoding(dayFolder)) + QLatin1Char('/'),
            QStringLiteral("export/lastPlace/")};
}

const QString placeKey = QStringLiteral("name");
const QString latitudeKey = QStringLiteral("latitude");
const QString longitudeKey = QStringLiteral("longitude");

ExportChoice lastChoice(const QString &dayFolder)
{
    const QSettings settings = makeSettings();
    ExportChoice choice;
    choice.exporter = settings.value(QStringLiteral("export/format")).toString();
    choice.scope = static_cast<ExportChoice::Scope>(
        qBound(0, settings.value(QStringLiteral("export/scope")).toInt(), 3));
    choice.imageFormat = settings.value(QStringLiteral("export/image")).toString();
    choice.framesPerSecond = settings.value(QStringLiteral("export/speed"), 5.0).toDouble();
    choice.colonFree = settings.value(QStringLiteral("export/colonFree")).toBool();
    choice.copySeveral = settings.value(QStringLiteral("export/copySeveral")).toBool();
    choice.plainText = settings.value(QStringLiteral("export/plainText")).toBool();
    const QString pictures = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    choice.folder =
        settings.value(QStringLiteral("export/folder"), pictures + QStringLiteral("/birblens"))
            .toString();
    for (const QString &group : placeGroups(dayFolder)) {
        if (!settings.contains(group + placeKey))
            continue;
        choice.place = settings.value(group + placeKey).toString();
        const auto degrees = [&](const QString &key) {
            const QVariant value = settings.value(group + key);
            return value.isValid() ? std::optional<double>(value.toDouble()) : std::nullopt;
        };
        choice.latitude = degrees(latitudeKey);
        choice.longitude = degrees(longitudeKey);
        break;
    }
    return choice;
}

void keepChoice(const ExportChoice &choice, const QString &dayFolder)
{
    QSettings settings = makeSettings();
    settings.setValue(QStringLiteral("export/format"), choice.exporter);
    settings.setValue(QStringLiteral("export/scope"), static_cast<int>(choice.scope));
    if (!choice.imageFormat.isEmpty())
        settings.setValue(QStringLiteral("export/image"), choice.imageFormat);
    settings.setValue(QStringLiteral("export/speed"), choice.framesPerSecond);
    settings.setValue(QStringLiteral("export/colonFree"), choice.colonFree);
    settings.setValue(QStringLiteral("export/copySeveral"), choice.copySeveral);
    settings.setValue(QStringLiteral("export/plainText"), choice.plainText);
    settings.setValue(QStringLiteral("export/folder"), choice.folder);
    const Exporter *exporter = findExporter(choice.exporter);
    if (!exporter || !exporter->options.testFlag(ExportOption::Place))
        return; // nobody was asked where the camera is
    for (const QString &group : placeGroups(dayFolder)) {
        settings.setValue(group + placeKey, choice.place);
        const auto keep = [&](const QString &key, const std::optional<double> &degrees) {
            if (degrees)
                settings.setValue(group + key, *degrees);
            else
                settings.remove(group + key);
        };
        keep(latitudeKey, choice.latitude);
        keep(longitudeKey, choice.longitude);
    }
}

/** Several classes: their figures one below the other. */
QImage stacked(const QList<QImage> &images)
{
    if (images.size() == 1)
        return images.first();
    QSize size;
    for (const QImage &image : images)
        size = QSize(qMax(size.width(), image.width()), size.height() + image.height());
    QImage all(size, QImage::Format_RGB32);
    all.fill(Qt::white);
    QPainter painter(&all);
    int y = 0;
    for (const QImage &image : images) {
        painter.drawImage(0, y, image);
        y += image.height();
    }
    return all;
}

} // namespace

ExportController::ExportController(ReviewSession &session, InferenceService &service,
                                   PhotoPanel &photo, QWidget *window)
    : QObject(window)
    , m_session(session)
    , m_service(service)
    , m_photo(photo)
    , m_window(window)
    , m_progress(new ProgressLine(tr("Export"), window))
{
    connect(m_progress, &ProgressLine::cancelled, this, [this] { m_service.cancelExport(); });
    connect(&service, &InferenceService::exportProgress, this, [this](int done, int total) {
        const QLocale locale;
        m_progress->setProgress(
            done, total,
            tr("%1: %2 of %3").arg(m_what, locale.toString(done), locale.toString(total)));
    });
    connect(&service, &InferenceService::exportFinished, this, &ExportController::finished);
}

void ExportController::ask()
{
    askFrom(lastChoice(m_session.day().source().folder));
}

void ExportController::askFilm()
{
    ExportChoice choice = lastChoice(m_session.day().source().folder);
    choice.exporter = QStringLiteral("film");
    choice.scope = ExportChoice::Scope::Visit;
    askFrom(choice);
}

void ExportController::askFrom(const ExportChoice &proposed)
{
    if (!m_session.currentEntry()) {
        m_session.say(Message::Level::Info,
                      tr("Open a day first, then its frames can be exported."));
        return;
    }
    if (m_service.isExporting()) {
        m_session.say(Message::Level::Info,
                      tr("An export is running; it can be stopped in the status bar."));
        return;
    }
    const QString dayFolder = m_session.day().source().folder;
    ExportOffer offer;
    offer.selected = static_cast<int>(m_session.selectedKeys().size());
    offer.shown = static_cast<int>(m_session.shownKeys().size());
    offer.visit = static_cast<int>(m_session.eventOf(m_session.currentKey()).size());
    offer.hasModel = m_session.explain().model().has_value();
    offer.dayName = QDir(dayFolder).dirName();
    ExportDialog dialog(offer, proposed, m_window);
    if (dialog.exec() != QDialog::Accepted)
        return;
    const ExportChoice choice = dialog.choice();
    keepChoice(choice, dayFolder);
    start(choice);
}

void ExportController::start(const ExportChoice &choice)
{
    QStringList keys;
    switch (choice.scope) {
    case ExportChoice::Scope::Current:
        keys = {m_session.currentKey()};
        break;
    case ExportChoice::Scope::Selected:
        keys = m_session.selectedKeys();
        break;
    case ExportChoice::Scope::Shown:
        keys = m_session.shownKeys();
        break;
    case ExportChoice::Scope::Visit:
        keys = m_session.eventOf(m_session.currentKey());
        break;
    }
    const Exporter *exporter = findExporter(choice.exporter);
    m_what = exporter ? exporter->title : choice.exporter;
    m_progress->setProgress(0, static_cast<int>(keys.size()), tr("%1...").arg(m_what));
    ExportJob job;
    job.folder = QDir::cleanPath(choice.folder);
    job.imageFormat = choice.imageFormat;
    job.framesPerSecond = choice.framesPerSecond;
    job.colonFree = choice.colonFree;
    job.copySeveral = choice.copySeveral;
    job.plainText = choice.plainText;
    job.place = choice.place;
    job.latitude = choice.latitude;
    job.longitude = choice.longitude;
    m_service.startExport(choice.exporter, keys, std::move(job));
}

void ExportController::finished(const QString &exporter, int written, int skipped, int failed,
                                bool cancelled, const QString &folder, const QString &firstProblem)
{
    m_progress->done();
    QString what = exporter == QLatin1String("annotated")
                       ? counted(written, tr("%1 figure written to "), tr("%1 figures written to "))
                   : exporter == QLatin1String("film")
                       ? counted(written, tr("%1 film written to "), tr("%1 films written to "))
                   : exporter == QLatin1String("training") || exporter == QLatin1String("folders")
                       ? counted(written, tr("%1 training picture written to "),
                                 tr("%1 training pictures written to "))
                       : counted(written, tr("%1 file written to "), tr("%1 files written to "));
    QString text = what + QDir::toNativeSeparators(folder);
    if (cancelled)
        text += tr(", then stopped");
    if (skipped > 0)
        text += counted(skipped, tr("; %1 frame left out"), tr("; %1 frames left out"));
    text += QLatin1Char('.');
    if (failed > 0)
        text +=
            QLatin1Char(' ') + counted(failed, tr("%1 frame failed"), tr("%1 frames failed")) +
            (firstProblem.isEmpty() ? QStringLiteral(".") : QStringLiteral(": ") + firstProblem);
    else if (!firstProblem.isEmpty())
        text += QLatin1Char(' ') + firstProblem;
    QList<Message::Link> links;
    const auto link = [&links](const QString &path, const QString &words) {
        links.append({QUrl::fromLocalFile(path).toString(QUrl::FullyEncoded), words});
    };
    if (exporter == QLatin1String("html") && written > 0)
        link(folder + QStringLiteral("/report.html"), tr("Open report"));
    if (QDir(folder).exists())
        link(folder, tr("Open folder"));
    m_session.say(failed > 0 ? Message::Level::Warning : Message::Level::Info, text, links);
}

void ExportController::copyFigure()
{
    const QList<FigureInput> inputs = m_photo.figures();
    if (inputs.isEmpty()) {
        m_session.say(Message::Level::Info,
                      m_session.explain().model()
                          ? tr("There is no explanation of this frame to copy yet.")
                          : tr("Open a model first, then its figures can be copied."));
        return;
    }
    QList<QImage> figures;
    QStringList classes;
    for (const FigureInput &input : inputs) {
        figures.append(renderFigure(input));
        classes.append(targetName(input.model, input.map.target));
    }
    QGuiApplication::clipboard()->setImage(stacked(figures));
    m_session.say(Message::Level::Info,
                  tr("Copied the %1 figure.").arg(classes.join(QStringLiteral(", "))));
}

} // namespace birblens
