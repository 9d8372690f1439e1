#include "core/exporting/exportframes.h"
#include "core/frames/filepath.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"
#include "core/filewriter.h"
#include "core/outputnames.h"

#include <QDir>
#include <QFile>
#include <QXmlStreamWriter>

namespace birblens {

namespace {

const QString rdf = QStringLiteral("http://www.w3.org/1999/02/22-rdf-syntax-ns#");
const QString dc = QStringLiteral("http://purl.org/dc/elements/1.1/");
const QString basic = QStringLiteral("http://ns.adobe.com/xap/1.0/");
const QString meta = QStringLiteral("adobe:ns:meta/");
const QString lightroom = QStringLiteral("http://ns.adobe.com/lightroom/1.0/");

constexpr int flaggedRating = 5; ///< of five stars

void writeBag(QXmlStreamWriter &xml, const QString &space, const QString &name,
              const QStringList &items)
{
    xml.writeStartElement(space, name);
    xml.writeStartElement(rdf, QStringLiteral("Bag"));
    for (const QString &item : items)
        xml.writeTextElement(rdf, QStringLiteral("li"), item);
    xml.writeEndElement();
    xml.writeEndElement();
}

QByteArray sideCar(const QStringList &keywords, const QStringList &hierarchy, const Mark &mark)
{
    QByteArray bytes;
    QXmlStreamWriter xml(&bytes);
    xml.setAutoFormatting(true);
    xml.writeStartDocument();
    xml.writeNamespace(meta, QStringLiteral("x"));
    xml.writeNamespace(rdf, QStringLiteral("rdf"));
    xml.writeStartElement(meta, QStringLiteral("xmpmeta"));
    xml.writeAttribute(meta, QStringLiteral("xmptk"), QStringLiteral("Birblens"));
    xml.writeStartElement(rdf, QStringLiteral("RDF"));
    xml.writeNamespace(dc, QStringLiteral("dc"));
    xml.writeNamespace(lightroom, QStringLiteral("lr"));
    xml.writeNamespace(basic, QStringLiteral("xmp"));
    xml.writeStartElement(rdf, QStringLiteral("Description"));
    xml.writeAttribute(rdf, QStringLiteral("about"), QString());
    if (!keywords.isEmpty()) {
        writeBag(xml, dc, QStringLiteral("subject"), keywords);
        writeBag(xml, lightroom, QStringLiteral("hierarchicalSubject"), hierarchy);
    }
    if (mark.flagged)
        xml.writeTextElement(basic, QStringLiteral("Rating"), QString::number(flaggedRating));
    if (!mark.comment.isEmpty()) {
        xml.writeStartElement(dc, QStringLiteral("description"));
        xml.writeStartElement(rdf, QStringLiteral("Alt"));
        xml.writeStartElement(rdf, QStringLiteral("li"));
        xml.writeAttribute(QStringLiteral("xml:lang"), QStringLiteral("x-default"));
        xml.writeCharacters(mark.comment);
    }
    xml.writeEndDocument();
    return bytes;
}

/** What photo managers are to find the frame by; '|' separates the levels of a hierarchy. */
QByteArray sideCarOf(const Finding &finding, const Mark &mark)
{
    QStringList words = finding.labels;
    if (finding.unsure)
        words = QStringList{QStringLiteral("unknown")};
    QStringList hierarchy;
    const QString who = finding.by == Finding::By::Person ? QStringLiteral("confirmed")
                                                          : QStringLiteral("predicted");
    for (QString &word : words) {
        word.replace(QLatin1Char('|'), QLatin1Char('/'));
        hierarchy.append(QStringLiteral("Birblens|%1|%2").arg(who, word));
    }
    return sideCar(words, hierarchy, mark);
}

/**
 * It may hold ratings and edits that are nowhere else: another program that changes our side-car
 * puts its own name into it.
 */
bool isSomebodyElses(const QString &path)
{
    QFile file;
    if (!openForReading(file, path))
        return false;
    const QByteArray text = file.readAll();
    // Those of our first exports name no toolkit.
    return !text.contains("x:xmptk=\"Birblens\"") &&
           (text.contains(":xmptk=") || !text.contains("Birblens|"));
}

} // namespace

Result<ExportReport> exportXmp(const ExportJob &job, const ExportProgress &progress)
{
    if (auto ready = prepareExportFolder(job.folder); !ready)
        return ready.error();
    ExportReport report;
    const QList<ExportFrame> frames = framesInEvents(job);
    const int total = static_cast<int>(frames.size());
    report.skipped = static_cast<int>(job.frames.size()) - total;
    // Frames of the same name in different folders keep their folders.
    QList<QStringList> candidates;
    for (const ExportFrame &frame : frames)
        candidates.append({frame.entry->frame.fileName(), frame.entry->frame.key});
    const QStringList names = distinctNames(candidates, foldsCase(job.folder));
    for (int i = 0; i < total; ++i) {
        if (progress && !progress(i, total)) {
            report.cancelled = true;
            return report;
        }
        const Frame &file = frames.at(i).entry->frame;
        const Finding finding = findingOf(*frames.at(i).entry, job.model);
        const Mark &mark = frames.at(i).entry->mark;
        if (!finding.unsure && finding.labels.isEmpty() && mark == Mark()) {
            ++report.skipped; // nothing there, or nobody has looked: no keyword to give
            continue;
        }
        const QString path =
            QDir(job.folder).absoluteFilePath(names.at(i) + QStringLiteral(".xmp"));
        QDir().mkpath(path.section(QLatin1Char('/'), 0, -2));
        if (isSomebodyElses(path))
            report.failures.append(
                {file.key, Error{QStringLiteral("Another program's side-car file is there"), path,
                                 QStringLiteral("Export into another folder")}});
        else if (auto written = writeWholeFile(path, sideCarOf(finding, mark)); !written)
            report.failures.append({file.key, written.error()});
        else
            report.written.append(path);
    }
    if (progress)
        progress(total, total);
    return report;
}

} // namespace birblens
