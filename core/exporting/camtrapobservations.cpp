// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/camtrapobservations.h"

#include "core/exporting/csvtext.h"
#include "core/exporting/findings.h"
#include "core/exporting/labelwords.h"

namespace birblens {

namespace {

const char *const columns =
    "observationID,deploymentID,mediaID,eventID,eventStart,eventEnd,observationLevel,"
    "observationType,cameraSetupType,scientificName,count,lifeStage,sex,behavior,individualID,"
    "individualPositionRadius,individualPositionAngle,individualSpeed,bboxX,bboxY,bboxWidth,"
    "bboxHeight,classificationMethod,classifiedBy,classificationTimestamp,"
    "classificationProbability,observationTags,observationComments";

/** What is said of a frame or an event. */
struct Statement
{
    QString type;  ///< animal, blank, unknown, unclassified
    QString label; ///< of an animal
    Finding::By by = Finding::By::Nobody;
    QString machine;
    double probability = 0.0; ///< of a machine
};

QList<Statement> statementsOf(const FrameEntry &entry, const std::optional<ModelInfo> &model)
{
    const Finding finding = findingOf(entry, model);
    Statement statement;
    statement.by = finding.by;
    statement.machine = finding.machine;
    statement.probability = finding.confidence;
    statement.type = finding.by == Finding::By::Nobody ? QStringLiteral("unclassified")
                     : finding.unsure                  ? QStringLiteral("unknown")
                                                       : QStringLiteral("blank");
    if (finding.labels.isEmpty())
        return {statement};
    QList<Statement> animals;
    for (const QString &label : finding.labels) {
        statement.type = QStringLiteral("animal");
        statement.label = label;
        statement.probability = probabilityOf(label, entry, model);
        animals.append(statement);
    }
    return animals;
}

bool betterThan(const Statement &a, const Statement &b)
{
    if (a.by != b.by)
        return a.by == Finding::By::Person;
    return a.probability > b.probability;
}

/** Each animal once; without one, the least that can be said of all frames together. */
QList<Statement> together(const QList<Statement> &all)
{
    static const QStringList others{QStringLiteral("blank"), QStringLiteral("unclassified"),
                                    QStringLiteral("unknown")};
    QList<Statement> animals;
    Statement rest;
    for (const Statement &statement : all) {
        if (statement.label.isEmpty()) {
            const auto rank = others.indexOf(statement.type);
            const auto before = others.indexOf(rest.type);
            // Blank by a network on one frame is not blank by a person on all.
            if (rank > before || (rank == before && betterThan(rest, statement)))
                rest = statement;
            continue;
        }
        const auto same =
            std::find_if(animals.begin(), animals.end(), [&statement](const Statement &other) {
                return other.label == statement.label;
            });
        if (same == animals.end())
            animals.append(statement);
        else if (betterThan(statement, *same))
            *same = statement;
    }
    return animals.isEmpty() ? QList<Statement>{rest} : animals;
}

class Table
{
public:
    Table(const QString &deployment, const QHash<QString, Species> &species)
        : m_text(QByteArray(columns) + "\r\n")
        , m_deployment(deployment)
        , m_species(species)
    {
    }

    /** @param mediaId empty: of the whole event. */
    void add(const Statement &statement, const QString &mediaId, int event, const QString &start,
             const QString &end)
    {
        QStringList fields(28);
        fields[0] = QStringLiteral("obs%1").arg(++m_count);
        fields[1] = m_deployment;
        fields[2] = mediaId;
        fields[3] = QStringLiteral("event%1").arg(event);
        fields[4] = start;
        fields[5] = end;
        fields[6] = mediaId.isEmpty() ? QStringLiteral("event") : QStringLiteral("media");
        fields[7] = statement.type;
        fields[9] = m_species.value(statement.label).name;
        if (statement.by == Finding::By::Person)
            fields[22] = QStringLiteral("human");
        if (statement.by == Finding::By::Machine) {
            fields[22] = QStringLiteral("machine");
            fields[23] = statement.machine;
            if (statement.probability > 0)
                fields[25] = QString::number(statement.probability, 'f', 6);
        }
        if (!statement.label.isEmpty()) // '|' separates tags
            fields[26] = QStringLiteral("label:") + withoutBars(statement.label);
        m_text += csvLine(fields).toUtf8() + "\r\n";
    }

    QByteArray text() const { return m_text; }

private:
    QByteArray m_text;
    QString m_deployment;
    const QHash<QString, Species> &m_species;
    int m_count = 0;
};

} // namespace

QByteArray observationsCsv(const ExportJob &job, const QList<ExportFrame> &frames,
                           const QHash<QString, Species> &species)
{
    struct Visit
    {
        QString start;
        QString end;
        QList<Statement> statements;
    };
    QMap<int, Visit> visits;
    Table table(placeOf(job), species);
    for (const ExportFrame &frame : frames) {
        const QString time = isoTime(frame.entry->frame);
        const QList<Statement> statements = statementsOf(*frame.entry, job.model);
        for (const Statement &statement : statements)
            table.add(statement, frame.entry->frame.key, frame.event, time, time);
        Visit &visit = visits[frame.event];
        if (visit.start.isEmpty())
            visit.start = time;
        visit.end = time;
        visit.statements += statements;
    }
    for (auto it = visits.cbegin(); it != visits.cend(); ++it) {
        for (const Statement &statement : together(it->statements))
            table.add(statement, {}, it.key(), it->start, it->end);
    }
    return table.text();
}

} // namespace birblens
