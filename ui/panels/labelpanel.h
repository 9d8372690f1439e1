// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QStringList>
#include <QTimer>
#include <QWidget>

#include <functional>

class QCheckBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QStringListModel;
class QToolButton;

namespace birblens {

class ReviewSession;
struct FrameEntry;

/** The true label: number keys, nothing there, unsure, other names; for all selected frames. */
class LabelPanel : public QWidget
{
    Q_OBJECT
public:
    explicit LabelPanel(ReviewSession &session, QWidget *parent = nullptr);

    /** The classes on the keys 1 to 9. */
    const QStringList &quickLabels() const { return m_quick; }
    /** Why a frame needs a look; said beside its state. */
    void setReasons(const std::function<QStringList(const QString &key)> &reasons)
    {
        m_reasons = reasons;
    }
    /** Asked before more than 50 frames are labelled at once; the window's own question else. */
    void setQuestion(const std::function<bool(int frames)> &question) { m_question = question; }

public Q_SLOTS:
    void digit(int number); ///< 0: nothing there; 1..9 toggle
    void accept();
    void setNone();
    void setUnsure();
    void moveToTrash();
    void clearLabel();
    void notThisClass(); ///< takes the explained class, else the shown prediction's first, out
    void copyFrom(const QString &key);
    void toggleFlag();
    void focusOther();
    void focusComment();
    void keepComment(); ///< what was typed, also before Return

Q_SIGNALS:
    /** Accepted or declared empty by key: go to the next frame. */
    void decided();
    void nextUnreviewedRequested();

protected:
    void changeEvent(QEvent *event) override;

private:
    void chooseQuickLabels();
    void rebuildBoxes();
    void refresh();
    void refreshState(const FrameEntry *entry);
    void buildChanged();
    void refreshChanged(const FrameEntry *entry);
    void addOther();
    void toggle(const QString &name);
    bool sure(const QString &question = {});

    ReviewSession &m_session;
    QStringList m_quick;
    QStringList m_extra; ///< labels of the current frame that have no key
    std::function<bool(int)> m_question;
    std::function<QStringList(const QString &)> m_reasons;
    QTimer m_choose;
    bool m_keysUsed = false; ///< since the day and the model were opened

    QLabel *m_badge;
    QLabel *m_state;
    QLabel *m_many;
    QWidget *m_conflict;
    QLabel *m_conflictText;
    QWidget *m_changed;
    QLabel *m_changedText;
    QLabel *m_pending;
    QWidget *m_boxes;
    QGridLayout *m_grid;
    QList<QCheckBox *> m_checks; ///< quick, then extra
    QCheckBox *m_none = nullptr;
    QCheckBox *m_unsure = nullptr;
    QLineEdit *m_other;
    QLineEdit *m_comment;
    QString m_commentKey; ///< the frame whose comment is shown
    QToolButton *m_flag;
    QStringListModel *m_names;
    QPushButton *m_accept;
    QPushButton *m_nothing;
};

} // namespace birblens
