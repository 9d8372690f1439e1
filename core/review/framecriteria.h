// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/review/day.h"

#include <QHash>
#include <QString>
#include <QStringList>
#include <QVarLengthArray>

#include <memory>
#include <vector>

namespace birblens {

/** The choice for frames with nothing predicted, or with nothing in them. */
inline const QString noneName = QStringLiteral("none");
// The keys of criteria, and of the one choice, that are named outside the table.
inline const QString predictedCriterion = QStringLiteral("class");
inline const QString labelCriterion = QStringLiteral("true");
inline const QString stateCriterion = QStringLiteral("state");
inline const QString remarkCriterion = QStringLiteral("remark");
inline const QString dateCriterion = QStringLiteral("date");
inline const QString hourCriterion = QStringLiteral("hour");
inline const QString trashedChoice = QStringLiteral("trashed");

/** Names of classes as numbers; those of the opened model's vocabulary come first. */
class ClassNumbers
{
public:
    explicit ClassNumbers(const QStringList &vocabulary);

    /** A name that is new gets the next number. */
    int number(const QString &name);
    int none() const { return m_none; }
    QString name(int number) const { return m_names.value(number); }
    qsizetype classes() const { return m_classes; } ///< of the vocabulary

private:
    QStringList m_names;
    QHash<QString, int> m_numbers;
    qsizetype m_classes;
    int m_none;
};

/** Numbers of choices that a frame belongs to. */
using ChoiceNumbers = QVarLengthArray<int, 16>;

/**
 * Something by which frames are filtered: a button of the filter bar, an option of
 * `birblens export`, and an entry of saved filters. Choices are known to people and in files by
 * their keys, and while frames are matched by numbers.
 */
class FrameCriterion
{
public:
    FrameCriterion(QString key, QString title, QString tip, QString help);
    virtual ~FrameCriterion();

    const QString key;   ///< "class": in saved filters, and the option of the command line
    const QString title; ///< "Class": on the button
    const QString tip;   ///< what is filtered by, for the button
    const QString help;  ///< for the option

    /** Appends the choices that @p entry belongs to; @p numbers is empty before. */
    virtual void choicesOf(const FrameEntry &entry, ClassNumbers &classes,
                           ChoiceNumbers &numbers) const = 0;
    /** The number of a choice; negative when there is no such choice. */
    virtual int number(const QString &choice, ClassNumbers &classes) const = 0;
    /** The inverse. */
    virtual QString choice(int number, const ClassNumbers &classes) const = 0;

    virtual bool ofClasses() const { return false; } ///< choices are classes, or noneName
    /** What a person can choose where frames have @p found (and more, where it is fixed). */
    virtual QStringList offered(const QStringList &found, const QStringList &vocabulary) const = 0;
    /** A choice in the list that is offered. */
    virtual QString text(const QString &choice) const { return choice; }
    /** The same on the button. */
    virtual QString briefText(const QString &choice) const { return text(choice); }
    /** Whether a command knows it of frames: it decodes none, and takes only those that are there.
     */
    virtual bool commandsKnow(const QString & /*choice*/) const { return true; }
    /** What a choice must be that a command is given: "between 0 and 23". */
    virtual QString rule() const = 0;
};

/** Every criterion, in the order of the filter bar. To add one, add its row here. */
const std::vector<std::unique_ptr<const FrameCriterion>> &frameCriteria();
/** Null when there is none of that key. */
const FrameCriterion *findCriterion(const QString &key);

} // namespace birblens
