// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/framecriteria.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace birblens {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("FrameCriterion", text);
}

bool predictionKnown(const FrameEntry &entry)
{
    return entry.prediction || entry.frame.camera;
}

/** What the model predicts; without one, what the camera predicted. */
void addPredicted(const FrameEntry &entry, ClassNumbers &classes, ChoiceNumbers &numbers)
{
    if (entry.prediction) {
        for (const int index : entry.prediction->classes) {
            if (index < classes.classes())
                numbers.append(index); // the vocabulary's numbers are those of the classes
        }
    } else if (entry.frame.camera) {
        for (const QString &name : entry.frame.camera->labels)
            numbers.append(classes.number(name));
    }
}

void addNames(const QStringList &names, ClassNumbers &classes, ChoiceNumbers &numbers)
{
    for (const QString &name : names)
        numbers.append(classes.number(name));
}

bool sameNumbers(ChoiceNumbers a, ChoiceNumbers b)
{
    if (a.size() != b.size() || a.size() < 2)
        return a == b;
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
}

/** Classes that the model or the camera predicts. */
class PredictedClass : public FrameCriterion
{
public:
    using FrameCriterion::FrameCriterion;

    void choicesOf(const FrameEntry &entry, ClassNumbers &classes,
                   ChoiceNumbers &numbers) const override
    {
        addPredicted(entry, classes, numbers);
        if (numbers.isEmpty() && predictionKnown(entry))
            numbers.append(classes.none());
    }
    int number(const QString &choice, ClassNumbers &classes) const override
    {
        return classes.number(choice);
    }
    QString choice(int number, const ClassNumbers &classes) const override
    {
        return classes.name(number);
    }
    bool ofClasses() const override { return true; }
    QStringList offered(const QStringList &found, const QStringList &vocabulary) const override
    {
        return orderedLabels(found, vocabulary) + QStringList(noneName);
    }
    QString rule() const override { return QStringLiteral("the name of a class, or none"); }
};

/** Labels that a person gave. */
class GivenLabel : public PredictedClass
{
public:
    using PredictedClass::PredictedClass;

    void choicesOf(const FrameEntry &entry, ClassNumbers &classes,
                   ChoiceNumbers &numbers) const override
    {
        if (!entry.label().isLabelled())
            return;
        addNames(entry.label().labels, classes, numbers);
        if (numbers.isEmpty())
            numbers.append(classes.none());
    }
};

/** In the order of their numbers. */
QStringList byNumber(const FrameCriterion &criterion, QStringList choices)
{
    ClassNumbers classes({});
    std::sort(choices.begin(), choices.end(), [&](const QString &a, const QString &b) {
        return criterion.number(a, classes) < criterion.number(b, classes);
    });
    choices.removeDuplicates();
    return choices;
}

/** One of a fixed number of choices. */
struct Choice
{
    QString key;
    QString text;
    QString brief;
    bool (*holds)(const FrameEntry &entry, ClassNumbers &classes) = nullptr;
    bool windowOnly = false; ///< see FrameCriterion::commandsKnow()
};

/** A criterion whose choices are a table. */
class FixedChoices : public FrameCriterion
{
public:
    FixedChoices(const QString &key, const QString &title, const QString &tip, const QString &help,
                 std::vector<Choice> choices)
        : FrameCriterion(key, title, tip, help + listed(choices))
        , m_choices(std::move(choices))
    {
    }

    void choicesOf(const FrameEntry &entry, ClassNumbers &classes,
                   ChoiceNumbers &numbers) const override
    {
        for (size_t i = 0; i < m_choices.size(); ++i) {
            if (m_choices[i].holds(entry, classes))
                numbers.append(static_cast<int>(i));
        }
    }
    int number(const QString &choice, ClassNumbers & /*classes*/) const override
    {
        return place(choice);
    }
    QString choice(int number, const ClassNumbers & /*classes*/) const override
    {
        return m_choices.at(static_cast<size_t>(number)).key;
    }
    QStringList offered(const QStringList & /*found*/,
                        const QStringList & /*vocabulary*/) const override
    {
        QStringList keys;
        for (const Choice &choice : m_choices)
            keys.append(choice.key);
        return keys;
    }
    bool commandsKnow(const QString &choice) const override
    {
        const int at = place(choice);
        return at >= 0 && !m_choices[static_cast<size_t>(at)].windowOnly;
    }
    QString text(const QString &choice) const override
    {
        const int at = place(choice);
        return at < 0 ? choice : m_choices[static_cast<size_t>(at)].text;
    }
    QString briefText(const QString &choice) const override
    {
        const int at = place(choice);
        return at < 0 ? choice : m_choices[static_cast<size_t>(at)].brief;
    }
    QString rule() const override
    {
        QStringList keys;
        for (const Choice &choice : m_choices) {
            if (!choice.windowOnly)
                keys.append(choice.key);
        }
        return QStringLiteral("one of ") + keys.join(QStringLiteral(", "));
    }

private:
    int place(const QString &key) const
    {
        const auto found = std::find_if(m_choices.cbegin(), m_choices.cend(),
                                        [&key](const Choice &choice) { return choice.key == key; });
        return found == m_choices.cend() ? -1 : static_cast<int>(found - m_choices.cbegin());
    }

    /** What commands take: ": unreviewed, confirmed."; with what is meant where the key does not
     * tell. */
    static QString listed(const std::vector<Choice> &choices)
    {
        QStringList keys;
        for (const Choice &choice : choices) {
            if (choice.windowOnly)
                continue;
            keys.append(choice.text.compare(choice.key, Qt::CaseInsensitive) == 0
                            ? choice.key
                            : QStringLiteral("%1 (%2)").arg(choice.key, choice.text));
        }
        return QStringLiteral(": ") + keys.join(QStringLiteral(", ")) + QLatin1Char('.');
    }

    std::vector<Choice> m_choices;
};

/** How far a frame is reviewed: every frame belongs to one choice, in the order of ReviewState. */
class Reviewed : public FixedChoices
{
public:
    using FixedChoices::FixedChoices;

    void choicesOf(const FrameEntry &entry, ClassNumbers & /*classes*/,
                   ChoiceNumbers &numbers) const override
    {
        numbers.append(static_cast<int>(entry.state()));
    }
};

std::vector<Choice> stateChoices()
{
    return {{QStringLiteral("unreviewed"), tr("Unreviewed"), tr("unreviewed")},
            {QStringLiteral("confirmed"), tr("Confirmed"), tr("confirmed")},
            {QStringLiteral("corrected"), tr("Corrected"), tr("corrected")},
            {QStringLiteral("unsure"), tr("Unsure"), tr("unsure")}};
}

bool personDisagrees(const FrameEntry &entry, ClassNumbers &classes)
{
    if (!entry.label().isLabelled() || !predictionKnown(entry))
        return false;
    ChoiceNumbers predicted;
    ChoiceNumbers given;
    addPredicted(entry, classes, predicted);
    addNames(entry.label().labels, classes, given);
    return !sameNumbers(predicted, given);
}

bool cameraDisagrees(const FrameEntry &entry, ClassNumbers &classes)
{
    if (!entry.prediction || !entry.frame.camera)
        return false;
    ChoiceNumbers predicted;
    ChoiceNumbers seen;
    addPredicted(entry, classes, predicted);
    addNames(entry.frame.camera->labels, classes, seen);
    return !sameNumbers(predicted, seen);
}

std::vector<Choice> remarkChoices()
{
    const auto row = [](const char *key, const char *text, const char *brief,
                        bool (*holds)(const FrameEntry &, ClassNumbers &)) {
        return Choice{QString::fromLatin1(key), tr(text), tr(brief), holds};
    };
    const auto windowOnly = [](Choice choice) {
        choice.windowOnly = true;
        return choice;
    };
    using Entry = const FrameEntry &;
    using Classes = ClassNumbers &;
    return {
        row("disagrees", QT_TRANSLATE_NOOP("FrameCriterion", "Label differs from the prediction"),
            QT_TRANSLATE_NOOP("FrameCriterion", "person"), personDisagrees),
        row("camera-disagrees",
            QT_TRANSLATE_NOOP("FrameCriterion", "Birb Cam and the model disagree"),
            QT_TRANSLATE_NOOP("FrameCriterion", "Birb Cam"), cameraDisagrees),
        row("conflict",
            QT_TRANSLATE_NOOP("FrameCriterion", "Labels differ between Birblens and Birb Cam"),
            QT_TRANSLATE_NOOP("FrameCriterion", "conflict"),
            [](Entry entry, Classes) { return entry.record.conflict.has_value(); }),
        row("flagged", QT_TRANSLATE_NOOP("FrameCriterion", "Flagged"),
            QT_TRANSLATE_NOOP("FrameCriterion", "flagged"),
            [](Entry entry, Classes) { return entry.mark.flagged; }),
        row("commented", QT_TRANSLATE_NOOP("FrameCriterion", "With a comment"),
            QT_TRANSLATE_NOOP("FrameCriterion", "commented"),
            [](Entry entry, Classes) { return !entry.mark.comment.isEmpty(); }),
        windowOnly(row("unreadable", QT_TRANSLATE_NOOP("FrameCriterion", "Unreadable"),
                       QT_TRANSLATE_NOOP("FrameCriterion", "unreadable"),
                       [](Entry entry, Classes) { return !entry.problem.isEmpty(); })),
        windowOnly(row("gone", QT_TRANSLATE_NOOP("FrameCriterion", "Gone"),
                       QT_TRANSLATE_NOOP("FrameCriterion", "gone"),
                       [](Entry entry, Classes) { return entry.frame.gone; })),
        windowOnly(row("trashed", QT_TRANSLATE_NOOP("FrameCriterion", "In the trash"),
                       QT_TRANSLATE_NOOP("FrameCriterion", "in the trash"),
                       [](Entry entry, Classes) { return entry.trashed; })),
        row("picture-changed",
            QT_TRANSLATE_NOOP("FrameCriterion", "Picture changed since it was labelled"),
            QT_TRANSLATE_NOOP("FrameCriterion", "picture changed"),
            [](Entry entry, Classes) { return entry.pictureChanged(); }),
        row("uncertain-time", QT_TRANSLATE_NOOP("FrameCriterion", "Uncertain time (file date)"),
            QT_TRANSLATE_NOOP("FrameCriterion", "uncertain time"),
            [](Entry entry, Classes) { return entry.frame.timeUncertain(); }),
    };
}

/** What may be remarkable about a frame. One in the trash is that and nothing else. */
class Remarks : public FixedChoices
{
public:
    using FixedChoices::FixedChoices;

    void choicesOf(const FrameEntry &entry, ClassNumbers &classes,
                   ChoiceNumbers &numbers) const override
    {
        if (entry.trashed)
            numbers.append(number(trashedChoice, classes));
        else
            FixedChoices::choicesOf(entry, classes, numbers);
    }
};

/** The date of capture by the camera's clock. */
class CaptureDate : public FrameCriterion
{
public:
    using FrameCriterion::FrameCriterion;

    void choicesOf(const FrameEntry &entry, ClassNumbers & /*classes*/,
                   ChoiceNumbers &numbers) const override
    {
        if (entry.frame.captureTime.isValid())
            numbers.append(static_cast<int>(entry.frame.captureTime.date().toJulianDay()));
    }
    int number(const QString &choice, ClassNumbers & /*classes*/) const override
    {
        const QDate date = QDate::fromString(choice, Qt::ISODate);
        return date.isValid() ? static_cast<int>(date.toJulianDay()) : -1;
    }
    QString choice(int number, const ClassNumbers & /*classes*/) const override
    {
        return QDate::fromJulianDay(number).toString(Qt::ISODate);
    }
    QString text(const QString &choice) const override
    {
        return QLocale().toString(QDate::fromString(choice, Qt::ISODate),
                                  QStringLiteral("ddd d MMM yyyy"));
    }
    QString briefText(const QString &choice) const override
    {
        return QLocale().toString(QDate::fromString(choice, Qt::ISODate), QStringLiteral("d MMM"));
    }
    QStringList offered(const QStringList &found, const QStringList & /*vocabulary*/) const override
    {
        return byNumber(*this, found);
    }
    QString rule() const override { return QStringLiteral("a date such as 2021-02-08"); }
};

/** The hour of capture by the camera's clock, of any date. */
class CaptureHour : public FrameCriterion
{
public:
    using FrameCriterion::FrameCriterion;

    void choicesOf(const FrameEntry &entry, ClassNumbers & /*classes*/,
                   ChoiceNumbers &numbers) const override
    {
        if (const int hour = entry.frame.captureTime.time().hour(); hour >= 0)
            numbers.append(hour);
    }
    int number(const QString &choice, ClassNumbers & /*classes*/) const override
    {
        bool number = false;
        const int hour = choice.toInt(&number);
        return number && hour < 24 ? hour : -1;
    }
    QString choice(int number, const ClassNumbers & /*classes*/) const override
    {
        return QString::number(number);
    }
    QString text(const QString &choice) const override
    {
        return clock(choice, 0) + QStringLiteral(" \u2013 ") + clock(choice, 59);
    }
    QString briefText(const QString &choice) const override { return clock(choice, 0); }
    QStringList offered(const QStringList &found, const QStringList & /*vocabulary*/) const override
    {
        return byNumber(*this, found);
    }
    QString rule() const override { return QStringLiteral("between 0 and 23"); }

private:
    static QString clock(const QString &hour, int minute)
    {
        return QLocale().toString(QTime(hour.toInt(), minute), QStringLiteral("HH:mm"));
    }
};

template <class Criterion, class... Choices>
std::unique_ptr<const FrameCriterion> row(const QString &key, const QString &title,
                                          const QString &tip, const char *help, Choices... choices)
{
    return std::make_unique<const Criterion>(key, title, tip, QString::fromLatin1(help),
                                             std::move(choices)...);
}

std::vector<std::unique_ptr<const FrameCriterion>> allCriteria()
{
    std::vector<std::unique_ptr<const FrameCriterion>> rows;
    rows.push_back(row<PredictedClass>(predictedCriterion, tr("Class"),
                                       tr("Predicted classes; none: nothing predicted"),
                                       "Only frames predicted to show this class, or `none`."));
    rows.push_back(row<GivenLabel>(labelCriterion, tr("Label"),
                                   tr("True labels that a person gave; none: nothing there"),
                                   "Only frames with this true label, or `none`."));
    rows.push_back(row<Reviewed>(stateCriterion, tr("State"), tr("How far the frame is reviewed"),
                                 "Only frames of this state", stateChoices()));
    rows.push_back(row<Remarks>(
        remarkCriterion, tr("Remarks"),
        tr("Frames with a flag or a comment, where two do not agree, or that cannot be looked at"),
        "Only remarkable frames", remarkChoices()));
    rows.push_back(row<CaptureDate>(dateCriterion, tr("Date"), tr("Dates of capture"),
                                    "Only frames of this date, such as 2021-02-08."));
    rows.push_back(row<CaptureHour>(hourCriterion, tr("Hour"), tr("Hours of the day, of any date"),
                                    "Only frames of this hour of the camera's clock, 0 to 23."));
    return rows;
}

} // namespace

ClassNumbers::ClassNumbers(const QStringList &vocabulary)
    : m_names(vocabulary)
    , m_classes(vocabulary.size())
{
    for (int i = 0; i < m_names.size(); ++i) {
        if (!m_numbers.contains(m_names.at(i)))
            m_numbers.insert(m_names.at(i), i);
    }
    m_none = number(noneName);
}

int ClassNumbers::number(const QString &name)
{
    const auto known = m_numbers.constFind(name);
    if (known != m_numbers.constEnd())
        return *known;
    const int next = static_cast<int>(m_names.size());
    m_names.append(name);
    m_numbers.insert(name, next);
    return next;
}

FrameCriterion::FrameCriterion(QString key, QString title, QString tip, QString help)
    : key(std::move(key))
    , title(std::move(title))
    , tip(std::move(tip))
    , help(std::move(help))
{
}

FrameCriterion::~FrameCriterion() = default;

const std::vector<std::unique_ptr<const FrameCriterion>> &frameCriteria()
{
    static const auto rows = allCriteria();
    return rows;
}

const FrameCriterion *findCriterion(const QString &key)
{
    for (const auto &criterion : frameCriteria()) {
        if (criterion->key == key)
            return criterion.get();
    }
    return nullptr;
}

} // namespace birblens
