// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/panels/labelpanel.h"
#include "ui/labeltext.h"

#include "core/counted.h"
#include "core/review/reviewsession.h"
#include "ui/icons.h"
#include "ui/models/framelistmodel.h"
#include "ui/models/labeluses.h"
#include "ui/theme.h"
#include "ui/views/elidedlabel.h"
#include "ui/views/paint.h"

#include <QCheckBox>
#include <QCompleter>
#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStringListModel>
#include <QToolButton>

#include <algorithm>

namespace birblens {

namespace {

constexpr int kKeys = 9;
constexpr int kMany = 50; ///< labelling more at once is said aloud

QCheckBox *makeBox(const QString &text, const QString &tip, QWidget *parent)
{
    auto *box = new QCheckBox(text, parent);
    box->setToolTip(tip);
    box->setFocusPolicy(Qt::TabFocus);
    return box;
}

QString shortened(const QString &name, const QFontMetrics &metrics)
{
    return metrics.elidedText(name, Qt::ElideRight, 14 * kUnit);
}

} // namespace

LabelPanel::LabelPanel(ReviewSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_badge(new QLabel(this))
    , m_state(new ElidedLabel(this))
    , m_many(new QLabel(this))
    , m_conflict(new QWidget(this))
    , m_conflictText(new QLabel(m_conflict))
    , m_changed(new QWidget(this))
    , m_changedText(new QLabel(m_changed))
    , m_pending(new QLabel(this))
    , m_boxes(new QWidget(this))
    , m_grid(new QGridLayout(m_boxes))
    , m_other(new QLineEdit(this))
    , m_comment(new QLineEdit(this))
    , m_flag(new QToolButton(this))
    , m_names(new QStringListModel(this))
    , m_accept(new QPushButton(icon(QStringLiteral("accept")), tr("Accept"), this))
    , m_nothing(new QPushButton(icon(QStringLiteral("nothing")), tr("False positive"), this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(kUnit, kUnit / 2, kUnit, kUnit);
    column->setSpacing(kUnit / 2);

    auto *head = new QHBoxLayout;
    head->setSpacing(kUnit);
    m_state->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    head->addWidget(m_badge);
    head->addWidget(m_state, 1);
    head->addWidget(m_many);
    column->addLayout(head);

    auto *conflict = new QGridLayout(m_conflict);
    conflict->setContentsMargins(0, 0, 0, 0);
    conflict->setSpacing(kUnit / 2);
    m_conflictText->setWordWrap(true);
    conflict->addWidget(m_conflictText, 0, 0, 1, 2);
    auto *ours = new QPushButton(tr("Keep mine"), m_conflict);
    ours->setToolTip(tr("Writes your label to Birb Cam's database"));
    auto *theirs = new QPushButton(tr("Take theirs"), m_conflict);
    theirs->setToolTip(tr("Takes the label from Birb Cam's database"));
    conflict->addWidget(ours, 1, 0);
    conflict->addWidget(theirs, 1, 1);
    connect(ours, &QPushButton::clicked, this,
            [this] { m_session.resolveConflicts({m_session.currentKey()}, false); });
    connect(theirs, &QPushButton::clicked, this,
            [this] { m_session.resolveConflicts({m_session.currentKey()}, true); });
    column->addWidget(m_conflict);
    buildChanged();
    column->addWidget(m_changed);

    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(kUnit);
    m_grid->setVerticalSpacing(kUnit / 2);
    m_grid->setColumnStretch(0, 1);
    m_grid->setColumnStretch(1, 1);
    column->addWidget(m_boxes);

    m_other->setPlaceholderText(tr("Other label, then Enter"));
    m_other->setToolTip(tr("A label that has no key, in the vocabulary or not (L)"));
    m_other->setAccessibleName(tr("Other label"));
    auto *completer = new QCompleter(m_names, this);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    completer->setMaxVisibleItems(12);
    m_other->setCompleter(completer);
    connect(m_other, &QLineEdit::returnPressed, this, &LabelPanel::addOther);
    column->addWidget(m_other);

    auto *notes = new QHBoxLayout;
    notes->setSpacing(kUnit);
    m_comment->setPlaceholderText(tr("Comment"));
    m_comment->setToolTip(tr("What you want to remember about this frame (M)"));
    m_comment->setAccessibleName(tr("Comment"));
    m_flag->setCheckable(true);
    m_flag->setIcon(icon(QStringLiteral("flag")));
    m_flag->setToolTip(tr("Flag the frame with a star (S)"));
    m_flag->setAccessibleName(tr("Flag"));
    m_flag->setFocusPolicy(Qt::TabFocus);
    notes->addWidget(m_comment, 1);
    notes->addWidget(m_flag);
    connect(m_comment, &QLineEdit::editingFinished, this, &LabelPanel::keepComment);
    connect(m_flag, &QToolButton::clicked, this, &LabelPanel::toggleFlag);
    column->addLayout(notes);

    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(kUnit);
    m_accept->setToolTip(
        tr("The prediction is right: keep it as the true label and go on (Enter)"));
    m_nothing->setToolTip(
        tr("Nothing is there although the model says so: label none and go on (X)"));
    auto *clear = new QToolButton(this);
    clear->setIcon(icon(QStringLiteral("clear")));
    clear->setToolTip(tr("Clear label (mark as unreviewed) (Del)"));
    clear->setAccessibleName(tr("Clear the label"));
    auto *nextButton = new QToolButton(this);
    nextButton->setIcon(icon(QStringLiteral("next")));
    nextButton->setToolTip(tr("Go to the next unreviewed frame (N)"));
    nextButton->setAccessibleName(tr("Next unreviewed frame"));
    for (QWidget *button : {static_cast<QWidget *>(m_accept), static_cast<QWidget *>(m_nothing),
                            static_cast<QWidget *>(clear), static_cast<QWidget *>(nextButton)}) {
        button->setFocusPolicy(Qt::TabFocus);
        buttons->addWidget(button, qobject_cast<QPushButton *>(button) ? 1 : 0);
    }
    connect(m_accept, &QPushButton::clicked, this, [this] {
        accept();
        Q_EMIT decided();
    });
    connect(m_nothing, &QPushButton::clicked, this, [this] {
        setNone();
        Q_EMIT decided();
    });
    connect(clear, &QToolButton::clicked, this, &LabelPanel::clearLabel);
    connect(nextButton, &QToolButton::clicked, this, &LabelPanel::nextUnreviewedRequested);
    column->addLayout(buttons);
    m_pending->setWordWrap(true);
    column->addWidget(m_pending);
    column->addStretch();

    m_choose.setSingleShot(true);
    m_choose.setInterval(1000);
    connect(&m_choose, &QTimer::timeout, this, [this] {
        if (!m_keysUsed)
            chooseQuickLabels();
    });
    // Until a key has been used: then they stay where they are.
    const auto chooseAgain = [this] {
        m_keysUsed = false;
        chooseQuickLabels();
    };
    connect(&session, &ReviewSession::dayOpened, this, chooseAgain);
    connect(&session.explain(), &ExplainState::modelChanged, this, chooseAgain);
    const auto chooseLater = [this] {
        if (!m_keysUsed && !m_choose.isActive())
            m_choose.start();
    };
    connect(&session.day(), &Day::inserted, this, chooseLater);
    connect(&session.day(), &Day::changed, this, chooseLater);
    connect(&session, &ReviewSession::currentFrameChanged, this, &LabelPanel::refresh);
    connect(&session, &ReviewSession::selectionChanged, this, &LabelPanel::refresh);
    connect(&session, &ReviewSession::labelsChanged, this, &LabelPanel::refresh);
    connect(&session.day(), &Day::changed, this, [this](int first, int last) {
        const int row = m_session.day().rowOf(m_session.currentKey());
        if (row >= first && row <= last)
            refresh();
    });
    chooseQuickLabels();
}

void LabelPanel::chooseQuickLabels()
{
    // A vocabulary that fits keeps its order, a larger one puts first what this day has.
    QStringList names = m_session.vocabulary();
    const bool large = names.size() > kKeys;
    const LabelUses found = countLabelUses(m_session);
    QHash<QString, int> uses = found.predicted;
    for (auto label = found.camera.begin(); label != found.camera.end(); ++label)
        uses[label.key()] += label.value();
    // What a person said is likely to be said again.
    for (auto label = found.truth.begin(); label != found.truth.end(); ++label)
        uses[label.key()] += 1000 * label.value();
    QStringList others = uses.keys();
    others.sort();
    names = orderedLabels(names + others, m_session.vocabulary());
    m_names->setStringList(names);
    if (large) {
        std::stable_sort(names.begin(), names.end(), [&](const QString &a, const QString &b) {
            return uses.value(a) > uses.value(b);
        });
    }
    const QStringList quick = names.mid(0, kKeys);
    if (quick != m_quick || m_checks.isEmpty()) {
        m_quick = quick;
        rebuildBoxes();
    }
    refresh();
}

void LabelPanel::rebuildBoxes()
{
    // One of them may be the sender of the signal that led here.
    for (QCheckBox *box :
         m_boxes->findChildren<QCheckBox *>(QString(), Qt::FindDirectChildrenOnly)) {
        box->hide();
        m_grid->removeWidget(box);
        box->deleteLater();
    }
    m_checks.clear();
    const QFontMetrics metrics(font());
    int cell = 0;
    const auto place = [&](QCheckBox *box) {
        m_grid->addWidget(box, cell / 2, cell % 2);
        ++cell;
    };
    for (int i = 0; i < m_quick.size(); ++i) {
        const QString &name = m_quick.at(i);
        auto *box =
            makeBox(QStringLiteral("%1  %2").arg(i + 1).arg(asCaption(shortened(name, metrics))),
                    tr("%1 is in this frame (key %2)").arg(name).arg(i + 1), m_boxes);
        connect(box, &QCheckBox::clicked, this, [this, name] { toggle(name); });
        m_checks.append(box);
        place(box);
    }
    for (const QString &name : m_extra) {
        auto *box = makeBox(asCaption(shortened(name, metrics)),
                            tr("%1 is in this frame").arg(name), m_boxes);
        connect(box, &QCheckBox::clicked, this, [this, name] { toggle(name); });
        m_checks.append(box);
        place(box);
    }
    cell += cell % 2;
    m_none = makeBox(tr("0  nothing there"), tr("Nothing in this frame (0)"), m_boxes);
    connect(m_none, &QCheckBox::clicked, this, [this] { digit(0); });
    place(m_none);
    m_unsure = makeBox(tr("U  unsure"), tr("Reviewed, but I cannot tell (key U)"), m_boxes);
    connect(m_unsure, &QCheckBox::clicked, this, &LabelPanel::setUnsure);
    place(m_unsure);

    QWidget *before = m_boxes->parentWidget();
    for (QCheckBox *box : std::as_const(m_checks)) {
        setTabOrder(before, box);
        before = box;
    }
}

void LabelPanel::refresh()
{
    const FrameEntry *entry = m_session.currentEntry();
    const TrueLabel shown = entry ? m_session.labelToShow(*entry) : TrueLabel();
    const Mark mark = entry ? m_session.markToShow(*entry) : Mark();
    QStringList extra;
    for (const QString &label : shown.labels) {
        if (!m_quick.contains(label))
            extra.append(label);
    }
    if (extra != m_extra || m_checks.size() != m_quick.size() + extra.size()) {
        m_extra = extra;
        rebuildBoxes();
    }
    const QStringList names = m_quick + m_extra;
    for (int i = 0; i < m_checks.size(); ++i) {
        const QSignalBlocker quiet(m_checks.at(i));
        m_checks.at(i)->setChecked(shown.labels.contains(names.at(i)));
    }
    const QSignalBlocker quietNone(m_none);
    const QSignalBlocker quietUnsure(m_unsure);
    m_none->setChecked(shown.isLabelled() && shown.labels.isEmpty());
    m_unsure->setChecked(shown.kind == TrueLabel::Kind::Unsure);
    const QString key = entry ? entry->frame.key : QString();
    if (key != m_commentKey && m_comment->isModified())
        keepComment(); // typed, and another frame was chosen before Return
    if (key != m_commentKey || !m_comment->hasFocus()) {
        m_commentKey = key;
        m_comment->setText(mark.comment);
    }
    m_flag->setChecked(mark.flagged);
    m_flag->setEnabled(entry);
    m_comment->setEnabled(entry);
    const bool known = entry && (entry->prediction || entry->frame.camera);
    m_accept->setEnabled(known);
    for (QWidget *widget : {static_cast<QWidget *>(m_boxes), static_cast<QWidget *>(m_other),
                            static_cast<QWidget *>(m_nothing)})
        widget->setEnabled(entry);
    refreshState(entry);
}

/** What to do where another picture has taken the labelled one's place. */
void LabelPanel::buildChanged()
{
    auto *lines = new QGridLayout(m_changed);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->setSpacing(kUnit / 2);
    m_changedText->setWordWrap(true);
    lines->addWidget(m_changedText, 0, 0, 1, 2);
    auto *keep = new QPushButton(tr("Keep the label"), m_changed);
    keep->setObjectName(QStringLiteral("keepLabel"));
    keep->setToolTip(tr("Give this picture the label of the one before"));
    auto *anew = new QPushButton(tr("Label anew"), m_changed);
    anew->setObjectName(QStringLiteral("labelAnew"));
    anew->setToolTip(tr("Set that label aside; this picture is unreviewed"));
    for (QPushButton *button : {keep, anew})
        button->setFocusPolicy(Qt::TabFocus);
    lines->addWidget(keep, 1, 0);
    lines->addWidget(anew, 1, 1);
    connect(keep, &QPushButton::clicked, this, [this] {
        if (sure())
            m_session.keepLabel(m_session.selectedKeys());
        refresh();
    });
    connect(anew, &QPushButton::clicked, this, [this] {
        if (sure())
            m_session.labelAnew(m_session.selectedKeys());
        refresh();
    });
}

void LabelPanel::refreshChanged(const FrameEntry *entry)
{
    const bool changed = entry && entry->pictureChanged();
    m_changed->setVisible(changed);
    if (changed)
        m_changedText->setText(
            tr("Another picture has taken the place of the one that was labelled %1.")
                .arg(trueLabelText(entry->record.label)));
}

void LabelPanel::refreshState(const FrameEntry *entry)
{
    refreshChanged(entry);
    QString text;
    if (entry) {
        const QString truth = labelsInWords(entry->label().labels);
        const QString &said = entry->record.shownPrediction;
        const QString shown = said.isEmpty() ? said : labelsInWords(labelsFromText(said));
        switch (entry->state()) {
        case ReviewState::Unreviewed:
            text = entry->pictureChanged() ? tr("picture changed") : tr("unreviewed");
            break;
        case ReviewState::Confirmed:
            text = tr("confirmed: %1").arg(truth);
            break;
        case ReviewState::Corrected:
            text = shown.isEmpty() ? tr("labelled: %1").arg(truth)
                                   : tr("corrected: was %1").arg(shown);
            break;
        case ReviewState::Unsure:
            text = tr("unsure");
            break;
        }
        if (entry->waiting)
            text = tr("not saved yet: %1").arg(trueLabelText(m_session.labelToShow(*entry)));
        const QStringList reasons = m_reasons ? m_reasons(entry->frame.key) : QStringList();
        if (!reasons.isEmpty() && entry->state() == ReviewState::Unreviewed)
            text += QStringLiteral(" \u00b7 ") + reasons.join(QStringLiteral(" \u00b7 "));
        m_state->setToolTip(reasons.join(QLatin1Char('\n')));
        m_badge->setPixmap(badgePixmap(badgeOf(*entry), 16, devicePixelRatioF()));
    }
    m_badge->setVisible(entry);
    m_state->setText(text);

    const qsizetype selected = m_session.selectedKeys().size();
    m_many->setText(selected > 1 ? tr("for %1 frames").arg(QLocale().toString(selected))
                                 : QString());
    m_many->setVisible(selected > 1);

    const bool conflict = entry && entry->record.conflict;
    m_conflict->setVisible(conflict);
    if (conflict)
        m_conflictText->setText(
            tr("Birb Cam's database says %1 meanwhile, you said %2.")
                .arg(entry->record.conflict->isEmpty()
                         ? tr("unreviewed")
                         : labelsInWords(labelsFromText(*entry->record.conflict)),
                     labelsInWords(entry->label().labels)));
    const int pending = m_session.pendingWrites();
    const QString problem = m_session.storeProblem();
    const QString row = entry ? m_session.cameraRowProblem(entry->frame.key) : QString();
    m_pending->setVisible(pending > 0 || m_session.isWaiting() || !problem.isEmpty() ||
                          !row.isEmpty());
    m_pending->setToolTip(problem);
    if (!problem.isEmpty())
        m_pending->setText(tr("Labels for this day can't be saved."));
    else if (m_session.isWaiting())
        m_pending->setText(
            tr("%1: another program is using the label store.").arg(m_session.waitingText()));
    else if (!row.isEmpty())
        m_pending->setText(row);
    else
        m_pending->setText(counted(
            pending, tr("%1 label waits to be written to Birb Cam's database; it is safe here."),
            tr("%1 labels wait to be written to Birb Cam's database; they are safe here.")));
}

/** Many frames at once are easily a slip of the hand. @param question with the number as %1. */
bool LabelPanel::sure(const QString &question)
{
    const int count = static_cast<int>(m_session.selectedKeys().size());
    if (count <= kMany)
        return true;
    if (m_question)
        return m_question(count);
    const QString text = question.isEmpty()
                             ? tr("Label %1 frames at once? It can be undone in one step.")
                             : question;
    return QMessageBox::question(this, tr("Many frames"), text.arg(QLocale().toString(count))) ==
           QMessageBox::Yes;
}

void LabelPanel::moveToTrash()
{
    if (sure(tr("Move %1 frames to the trash? It can be undone in one step.")))
        m_session.moveToTrash(m_session.selectedKeys());
}

void LabelPanel::notThisClass()
{
    const FrameEntry *entry = m_session.currentEntry();
    if (!entry || !sure())
        return;
    const QList<int> targets = m_session.explain().targetClasses();
    const QStringList shown = m_session.shownPrediction(*entry);
    QString name = targets.isEmpty() ? QString() : m_session.vocabulary().value(targets.first());
    if (name.isEmpty() && m_session.explain().explanation() &&
        !m_session.explain().explanation()->maps.isEmpty() &&
        m_session.explain().explanation()->request.key == entry->frame.key)
        name = m_session.vocabulary().value(
            m_session.explain().explanation()->maps.first().target.classIndex);
    if (name.isEmpty() || (!shown.contains(name) && !entry->label().labels.contains(name)))
        name = shown.value(0);
    if (!name.isEmpty())
        m_session.notThisClass(m_session.selectedKeys(), name);
    refresh();
}

void LabelPanel::copyFrom(const QString &key)
{
    const int row = m_session.day().rowOf(key);
    if (row < 0 || m_session.day().at(row).label().kind == TrueLabel::Kind::Unreviewed) {
        m_session.say(Message::Level::Info, tr("The frame before has no true label to copy."));
        return;
    }
    if (sure())
        m_session.setTrueLabel(m_session.selectedKeys(), m_session.day().at(row).label(),
                               tr("Labels of the frame before"));
    refresh();
}

void LabelPanel::toggleFlag()
{
    if (const FrameEntry *entry = m_session.currentEntry())
        m_session.setFlag(m_session.selectedKeys(), !m_session.markToShow(*entry).flagged);
    refresh();
}

void LabelPanel::focusComment()
{
    m_comment->setFocus(Qt::ShortcutFocusReason);
    m_comment->selectAll();
}

void LabelPanel::keepComment()
{
    if (!m_commentKey.isEmpty())
        m_session.setComment(m_commentKey, m_comment->text());
}

void LabelPanel::toggle(const QString &name)
{
    m_keysUsed = true;
    if (sure())
        m_session.toggleLabel(m_session.selectedKeys(), name);
    refresh();
}

void LabelPanel::digit(int number)
{
    if (!m_session.currentEntry())
        return;
    if (number == 0)
        setNone();
    else if (number <= m_quick.size())
        toggle(m_quick.at(number - 1));
}

void LabelPanel::accept()
{
    if (sure())
        m_session.acceptPrediction(m_session.selectedKeys());
    refresh();
}

void LabelPanel::setNone()
{
    if (sure())
        m_session.setNone(m_session.selectedKeys());
    refresh();
}

void LabelPanel::setUnsure()
{
    if (sure())
        m_session.setUnsure(m_session.selectedKeys());
    refresh();
}

void LabelPanel::clearLabel()
{
    if (sure())
        m_session.clearLabel(m_session.selectedKeys());
    refresh();
}

void LabelPanel::focusOther()
{
    m_other->setFocus(Qt::ShortcutFocusReason);
    m_other->selectAll();
}

void LabelPanel::addOther()
{
    const QString name = m_other->text().simplified();
    if (name.isEmpty() || !m_session.currentEntry())
        return;
    // After the completer has put its own text in.
    QTimer::singleShot(0, m_other, &QLineEdit::clear);
    toggle(name);
}

void LabelPanel::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        refreshState(m_session.currentEntry());
}

} // namespace birblens
