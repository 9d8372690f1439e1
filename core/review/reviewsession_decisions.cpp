// SPDX-License-Identifier: GPL-3.0-or-later

// ReviewSession: decisions that can be undone, also after a restart: labels, marks, files in the
// trash.

#include "core/camera/birbcamdatabase.h"
#include "core/counted.h"
#include "core/frames/trash.h"
#include "core/review/daywatcher.h"
#include "core/review/labelcommand.h"
#include "core/review/reviewsession.h"
#include "core/review/waitingdecisions.h"
#include "core/store/sqliteconnection.h"
#include "core/store/storefiles.h"

#include <QDir>
#include <QFileInfo>
#include <QLocale>

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

QStringList keysOf(const DecisionSteps &steps)
{
    QStringList keys;
    for (const LabelStep &step : steps.labels)
        keys.append(step.change.key);
    for (const MarkStep &step : steps.marks)
        keys.append(step.key);
    for (const TrashStep &step : steps.trash)
        keys.append(step.key);
    for (const ClockStep &step : steps.clock) {
        if (!step.key.isEmpty())
            keys.append(step.key);
    }
    return keys;
}

constexpr qsizetype namedFrames = 5; ///< in a message

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
    // Decisions are stored in the order in which they were made.
    bool waits = !m_waiting->isEmpty();
    if (!waits) {
        const bool stored = store([&]() -> Result<void> {
            const auto id = write(text, steps);
            waits = !id && mayWait() && isLocked(id.error());
            if (!id && !waits)
                return id.error();
            decision.id = id ? *id : 0;
            return {};
        });
        if (!stored)
            return false;
    }
    if (waits)
        decision.id = m_waiting->add(text, steps);
    m_undo.push(new LabelCommand(*this, decision));
    return true;
}

Result<qint64> ReviewSession::write(const QString &text, DecisionSteps steps)
{
    if (!m_store)
        return Error{tr("The day's label store is not open"), m_day.source().folder, {}};
    // First: what is decided is for the pictures that were there.
    if (const auto noted = notePictures({}); !noted && isLocked(noted.error()))
        return noted.error();
    auto id = m_store->decide(text, steps);
    if (id)
        applied(steps, true);
    return id;
}

ReviewSession::Turn ReviewSession::setUndone(qint64 decision, bool undone)
{
    if (m_waiting->knows(decision)) {
        m_waiting->setWithdrawn(decision, undone);
        return Turn::Done;
    }
    decision = m_waiting->stored(decision);
    QList<TrashStep> files;
    QStringList filesBack;
    const bool ready = store([&]() -> Result<void> {
        auto found = m_store->trashOf(decision);
        if (!found)
            return found.error();
        files = std::move(*found);
        return files.isEmpty() ? Result<void>() : m_store->canWrite(); // before a file moves
    });
    if (!ready)
        return Turn::Failed;
    if (undone && !files.isEmpty()) {
        bool hopeless = false;
        for (const TrashStep &step : bringBack(files, hopeless))
            filesBack.append(step.key);
        if (filesBack.isEmpty())
            return hopeless ? Turn::Gone : Turn::Failed;
    }
    TurnedDecision turned;
    const bool stored = store([&]() -> Result<void> {
        auto done = m_store->setUndone(decision, undone, loginName(), filesBack);
        if (!done)
            return done.error();
        turned = std::move(*done);
        return {};
    });
    if (!stored)
        return Turn::Failed;
    if (turned.gone) {
        say(Message::Level::Warning,
            undone ? tr("This step can't be undone any more: it was undone in another window, "
                        "which has gone on since.")
                   : tr("This step can't be redone any more: another window has gone on since."));
        rescan(true);
        return Turn::Gone;
    }
    if (turned.already) {
        say(Message::Level::Info, undone ? tr("Another window has undone this step already.")
                                         : tr("Another window has redone this step already."));
        rescan(true);
        return Turn::Done;
    }
    if (!undone)
        turned.done.trash = sendToTrash(decision, turned.done.trash);
    applied(turned.done, !undone);
    Q_EMIT decisionTurned(keysOf(turned.done));
    sayLeft(turned);
    if (!filesBack.isEmpty())
        rescan(); // they may be files that the day does not list any more
    return Turn::Done;
}

/** Says which frames were not turned, because they were changed elsewhere since. */
void ReviewSession::sayLeft(const TurnedDecision &turned)
{
    if (turned.left.isEmpty())
        return;
    QStringList names;
    for (const QString &key : turned.left.mid(0, namedFrames))
        names.append(key.isEmpty() ? tr("the day's clock") : QFileInfo(key).fileName());
    QString list = names.join(QStringLiteral(", "));
    if (const qsizetype more = turned.left.size() - names.size(); more > 0)
        list = tr("%1 and %2 more").arg(list, QLocale().toString(more));
    const qsizetype all = turned.left.size() + keysOf(turned.done).size();
    QString text;
    if (all == 1 && turned.left.constFirst().isEmpty())
        text = tr("The day's clock was changed elsewhere since and stays as it is.");
    else if (all == 1)
        text = tr("%1 was changed elsewhere since and stays as it is.").arg(list);
    else if (turned.left.size() == 1)
        text = tr("1 of %1 frames was changed elsewhere since and stays as it is: %2")
                   .arg(QLocale().toString(all), list);
    else
        text = tr("%1 of %2 frames were changed elsewhere since and stay as they are: %3")
                   .arg(QLocale().toString(turned.left.size()), QLocale().toString(all), list);
    say(Message::Level::Warning, text);
    rescan(true); // and shows what they have now
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
        m_touched.unite(QSet<QString>(marks.keyBegin(), marks.keyEnd()));
        m_day.setMarks(marks);
    }
    if (!steps.trash.isEmpty()) {
        QStringList keys;
        for (const TrashStep &step : steps.trash)
            keys.append(step.key);
        m_day.setTrashed(keys, done);
    }
    clockApplied(steps.clock);
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
            tr("This could not be stored, nothing was changed. %1").arg(stored.error().sentence()));
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
        const Mark before = markToShow(m_day.at(row));
        MarkStep step{key, before, before};
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
            steps.trash.append({key, {}, pathOf(key)});
    }
    if (steps.trash.isEmpty())
        return false;
    // Stored first: after a crash every file is found again.
    Decision decision{0, tr("Move to the trash"), false};
    const bool stored = store([&]() -> Result<void> {
        const auto id = m_store->decide(decision.text, steps);
        if (!id)
            return id.error();
        decision.id = *id;
        return {};
    });
    if (!stored)
        return false;
    steps.trash = sendToTrash(decision.id, steps.trash);
    if (steps.trash.isEmpty())
        return false;
    applied(steps, true);
    m_undo.push(new LabelCommand(*this, decision));
    return true;
}

/** Moves files that are noted as on their way. @return those that are in the trash now. */
QList<TrashStep> ReviewSession::sendToTrash(qint64 decision, const QList<TrashStep> &steps)
{
    if (steps.isEmpty())
        return {};
    const QList<TrashStep> moved = discard(steps);
    QSet<QString> gone;
    for (const TrashStep &step : moved)
        gone.insert(step.key);
    QStringList stayed;
    for (const TrashStep &step : steps) {
        if (!gone.contains(step.key))
            stayed.append(step.key);
    }
    // Where that cannot be written they are looked for when they are wanted back.
    if (const auto noted = m_store->noteTrash(decision, moved, stayed); !noted)
        say(Message::Level::Warning, noted.error().sentence());
    return moved;
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
        // Steps of an older Birblens have no path.
        const QString path = step.path.isEmpty() ? pathOf(step.key) : step.path;
        if (const auto inTrash = birblens::moveToTrash(path))
            moved.append({step.key, *inTrash, path});
        else if (!problem)
            problem = inTrash.error();
    }
    sayFiles(counted(steps.size() - moved.size(), tr("%1 frame stays where it is."),
                     tr("%1 frames stay where they are.")),
             problem);
    return moved;
}

/** @return those whose file is back. @param hopeless no other try will bring any back. */
QList<TrashStep> ReviewSession::bringBack(QList<TrashStep> steps, bool &hopeless)
{
    QStringList lost; // the program ended before their place in the trash was noted
    for (const TrashStep &step : std::as_const(steps)) {
        if (step.inTrash.isEmpty())
            lost.append(step.path.isEmpty() ? pathOf(step.key) : step.path);
    }
    const QHash<QString, QString> found = findInTrash(lost);
    QList<TrashStep> back;
    std::optional<Error> problem;
    hopeless = true;
    for (TrashStep &step : steps) {
        if (step.inTrash.isEmpty())
            step.inTrash = found.value(step.path.isEmpty() ? pathOf(step.key) : step.path);
        const bool inTrash = !step.inTrash.isEmpty() && QFileInfo(step.inTrash).isFile();
        const QString path = pathOf(step.key);
        if (!inTrash && QFileInfo(path).isFile()) { // by whatever means
            back.append(step);
        } else if (const auto restored = restoreFromTrash(step.inTrash, path)) {
            back.append(step);
        } else {
            hopeless = hopeless && !inTrash;
            if (!problem)
                problem = restored.error();
        }
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
