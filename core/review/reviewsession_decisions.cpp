// ReviewSession: decisions that can be undone, also after a restart: labels, marks, files in the
// trash.

#include "core/counted.h"
#include "core/frames/trash.h"
#include "core/review/birbcamdatabase.h"
#include "core/review/daywatcher.h"
#include "core/review/labelcommand.h"
#include "core/review/reviewsession.h"
#include "core/review/storefiles.h"

#include <QDir>

#include <pwd.h>
#include <unistd.h>

namespace birblens {

namespace {

QString loginName()
{
    static const QString name = [] {
        for (const char *variable : {"USER", "LOGNAME"}) {
            QString value = qEnvironmentVariable(variable);
            if (!value.isEmpty())
                return value;
        }
        const passwd *entry = ::getpwuid(::geteuid());
        return entry != nullptr ? QString::fromLocal8Bit(entry->pw_name)
                                : QStringLiteral("unknown");
    }();
    return name;
}

/** From what was to what is, turned round. */
DecisionSteps reversed(DecisionSteps steps)
{
    for (LabelStep &step : steps.labels) {
        std::swap(step.change.before, step.change.after);
        std::swap(step.change.shownPrediction, step.shownBefore);
    }
    for (MarkStep &step : steps.marks)
        std::swap(step.before, step.after);
    return steps;
}

QStringList keysOf(const DecisionSteps &steps)
{
    QStringList keys;
    for (const LabelStep &step : steps.labels)
        keys.append(step.change.key);
    for (const MarkStep &step : steps.marks)
        keys.append(step.key);
    for (const TrashStep &step : steps.trash)
        keys.append(step.key);
    return keys;
}

void sign(QList<LabelStep> &steps)
{
    const QDateTime now = QDateTime::currentDateTimeUtc();
    for (LabelStep &step : steps) {
        step.change.who = loginName();
        step.change.when = now;
    }
}

} // namespace

/** Writes and shows @p steps as one step of undo. */
bool ReviewSession::keep(const QString &text, DecisionSteps steps)
{
    if (steps.isEmpty())
        return true;
    sign(steps.labels);
    Decision decision{0, text, false};
    const bool stored = store([&]() -> Result<void> {
        const auto id = m_store->decide(text, steps);
        if (!id)
            return id.error();
        decision.id = *id;
        return {};
    });
    if (!stored)
        return false;
    applied(steps, true);
    m_undo.push(new LabelCommand(*this, decision));
    return true;
}

bool ReviewSession::setUndone(qint64 decision, bool undone)
{
    DecisionSteps steps;
    const bool read = store([&]() -> Result<void> {
        auto stored = m_store->stepsOf(decision);
        if (!stored)
            return stored.error();
        steps = undone ? reversed(std::move(*stored)) : std::move(*stored);
        return {};
    });
    if (!read)
        return false;
    sign(steps.labels);
    const bool files = !steps.trash.isEmpty();
    if (files) {
        steps.trash = undone ? bringBack(steps.trash) : discard(steps.trash);
        if (steps.trash.isEmpty())
            return false;
    }
    if (!store([&] { return m_store->setUndone(decision, undone, steps); }))
        return false;
    applied(steps, !undone);
    Q_EMIT decisionTurned(keysOf(steps));
    if (files && undone)
        rescan(); // they may be files that the day does not list any more
    return true;
}

/** Shows what is stored. @param done files are in the trash, else they are back. */
void ReviewSession::applied(const DecisionSteps &steps, bool done)
{
    m_day.setOtherPicture(steps.pictures, !done);
    if (!steps.labels.isEmpty())
        labelled(steps.labels);
    if (!steps.marks.isEmpty()) {
        QHash<QString, Mark> marks;
        for (const MarkStep &step : steps.marks)
            marks.insert(step.key, step.after);
        m_day.setMarks(marks);
    }
    if (!steps.trash.isEmpty()) {
        QStringList keys;
        for (const TrashStep &step : steps.trash)
            keys.append(step.key);
        m_day.setTrashed(keys, done);
    }
}

/** The decisions of earlier runs can be undone as well. */
void ReviewSession::restoreHistory()
{
    m_undo.clear();
    const auto decisions = m_store ? m_store->decisions() : Result<QList<Decision>>(Error{});
    if (!decisions)
        return;
    m_restoringHistory = true;
    int done = 0;
    for (const Decision &decision : *decisions) {
        m_undo.push(new LabelCommand(*this, decision));
        done += decision.undone ? 0 : 1;
    }
    m_undo.setIndex(done);
    m_restoringHistory = false;
}

bool ReviewSession::store(const std::function<Result<void>()> &write)
{
    if (!m_store) {
        say(Message::Level::Problem, m_storeProblem ? storeProblem() : tr("No day is open."));
        return false;
    }
    if (const auto stored = write(); !stored) {
        say(Message::Level::Problem,
            tr("The label was not stored, nothing was changed. %1").arg(stored.error().sentence()));
        return false;
    }
    return true;
}

Result<QString> ReviewSession::replaceStore(const QString &copy)
{
    if (m_store || !m_storeDamaged)
        return QString(); // there is nothing wrong with it
    const QString folder = m_day.source().folder;
    const auto kept = birblens::replaceStore(Store::pathFor(folder), copy);
    if (kept)
        openDay(folder);
    return kept;
}

// --- marks ---------------------------------------------------------------------------------------

bool ReviewSession::setMark(const QStringList &keys, const std::function<void(Mark &)> &change,
                            const QString &text)
{
    DecisionSteps steps;
    QSet<QString> seen;
    for (const QString &key : keys) {
        const int row = m_day.rowOf(key);
        if (row < 0 || seen.contains(key))
            continue;
        seen.insert(key);
        MarkStep step{key, m_day.at(row).mark, m_day.at(row).mark};
        change(step.after);
        if (step.after != step.before)
            steps.marks.append(step);
    }
    return keep(text, std::move(steps));
}

bool ReviewSession::setFlag(const QStringList &keys, bool flagged)
{
    return setMark(
        keys, [flagged](Mark &mark) { mark.flagged = flagged; },
        flagged ? tr("Flag") : tr("Take the flag away"));
}

bool ReviewSession::setComment(const QString &key, const QString &comment)
{
    return setMark(
        {key}, [&comment](Mark &mark) { mark.comment = comment.trimmed(); }, tr("Comment"));
}

// --- trash ---------------------------------------------------------------------------------------

bool ReviewSession::moveToTrash(const QStringList &keys)
{
    if (!m_store) { // without a store it could not be undone after a restart
        say(Message::Level::Problem, m_storeProblem ? storeProblem() : tr("No day is open."));
        return false;
    }
    DecisionSteps steps;
    for (const QString &key : keys) {
        if (const int row = m_day.rowOf(key); row >= 0 && !m_day.at(row).frame.gone)
            steps.trash.append({key, {}});
    }
    steps.trash = discard(steps.trash);
    if (steps.trash.isEmpty())
        return false;
    const QList<TrashStep> moved = steps.trash;
    if (keep(tr("Move to the trash"), std::move(steps)))
        return true;
    bringBack(moved);
    return false;
}

QString ReviewSession::pathOf(const QString &key) const
{
    const int row = m_day.rowOf(key);
    return row >= 0 ? m_day.at(row).frame.path()
                    : QDir(m_day.source().folder).absoluteFilePath(key);
}

/** @return those whose file is in the trash now; of the others the first is named. */
QList<TrashStep> ReviewSession::discard(const QList<TrashStep> &steps)
{
    QList<TrashStep> moved;
    std::optional<Error> problem;
    for (const TrashStep &step : steps) {
        if (const auto inTrash = birblens::moveToTrash(pathOf(step.key)))
            moved.append({step.key, *inTrash});
        else if (!problem)
            problem = inTrash.error();
    }
    sayFiles(counted(steps.size() - moved.size(), tr("%1 frame stays where it is."),
                     tr("%1 frames stay where they are.")),
             problem);
    return moved;
}

/** @return those whose file is back. */
QList<TrashStep> ReviewSession::bringBack(const QList<TrashStep> &steps)
{
    QList<TrashStep> back;
    std::optional<Error> problem;
    for (const TrashStep &step : steps) {
        if (const auto restored = restoreFromTrash(step.inTrash, pathOf(step.key)))
            back.append(step);
        else if (!problem)
            problem = restored.error();
    }
    sayFiles(counted(steps.size() - back.size(), tr("%1 frame could not be brought back."),
                     tr("%1 frames could not be brought back.")),
             problem);
    return back;
}

void ReviewSession::sayFiles(const QString &text, const std::optional<Error> &problem)
{
    if (problem)
        say(Message::Level::Problem, text + QLatin1Char(' ') + problem->sentence());
}

} // namespace birblens
